# SPDX-License-Identifier: MIT
"""The README's first command does what it says, and leaves nothing behind."""

import os
import pathlib
import re
import subprocess
import time

from conftest import ROOT


def traces(demo):
    """Namespaces of the demo's own, and its directories."""
    spaces = subprocess.run(["ip", "netns", "list"], text=True, capture_output=True, check=True)
    places = {str(path) for path in pathlib.Path("/tmp").glob("collectd-ha-lab-*")}
    return set(re.findall(rf"^ha{demo}-\S+", spaces.stdout, re.M)), places


def test_demo():
    """Both takeovers are shown by SNMP within 100 ms of the advert, in under two minutes."""
    _, before = traces(0)
    begin = time.monotonic()
    with subprocess.Popen([ROOT / "demo/run"], text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, env={**os.environ, "LC_ALL": "C.UTF-8"}) as demo:
        said, _ = demo.communicate(timeout=150)
    took = time.monotonic() - begin
    assert demo.returncode == 0, said
    assert took < 120
    latencies = [float(ms) for ms in re.findall(r"says MASTER\s+\(([0-9.]+) ms", said)]
    assert len(latencies) == 4, said
    assert max(latencies) < 100, said
    assert len(re.findall(r"^\s+10\s+MASTER\s+120\s+192\.168\.1\.2\s", said, re.M)) == 2, said
    assert len(re.findall(r"^\s+10\s+MASTER\s+100\s+192\.168\.1\.3\s", said, re.M)) == 1, said
    spaces, places = traces(demo.pid)
    assert not spaces and places <= before
