# SPDX-License-Identifier: MIT
"""The night of docs/night.md is told by the demo's second story, in the page's own words."""

import os
import re
import subprocess
import sys

from conftest import ROOT


def sentences():
    """What the page quotes of logs: indented, of VRID 10."""
    quoted = re.findall(r"^    (eth0-ipv4-10: .*(?:\n    .*)*)$", (ROOT / "docs/night.md").read_text(), re.M)
    return [re.sub(r"\s+", " ", text) for text in quoted]


def pattern(sentence):
    """It with any number of seconds in place of its own."""
    return r"[0-9.]+ s".join(re.escape(part) for part in re.split(r"\d+\.\d+ s", sentence))


def test_night(tmp_path):
    """A late master, one that hangs, its return: each sentence is said, each trap is sent, all is drawn."""
    build = ROOT / os.environ.get("HA_BUILD", "build-dev")
    told = subprocess.run([sys.executable, "-B", ROOT / "demo/night.py", build, tmp_path], cwd=ROOT,
                          text=True, stdout=subprocess.PIPE, timeout=300, check=True).stdout
    wanted = [s for s in sentences() if "late, as" not in s and "hangs" not in s]  # those are alerts
    assert len(wanted) >= 4
    for sentence in wanted:
        assert re.search(pattern(sentence), told), f"{sentence}\n{told}"
    for trap in ("vrrpTrapNewMaster", "vrrpv3NewMaster", "chVrrpNewMaster", "chVrrpProblemRaised",
                 "chVrrpProblemCleared"):
        assert trap in told, told
    assert {path.name for path in tmp_path.glob("*.png")} == {
        f"vrrp-{graph}.eth0-ipv4-10.png" for graph in ("who", "outages", "adverts")}
