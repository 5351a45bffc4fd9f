# SPDX-License-Identifier: MIT
"""The README's first command does what it says, and leaves nothing behind."""

import os
import re
import subprocess
import time

import pytest

from conftest import ROOT


pytestmark = pytest.mark.timing


def namespaces(owner):
    """The network namespaces that a process made and did not remove."""
    there = subprocess.run(["ip", "netns", "list"], text=True, capture_output=True, check=True)
    return re.findall(rf"^ha{owner}-\S+", there.stdout, re.M)


def test_demo(tmp_path):
    """Both takeovers are shown by SNMP within 100 ms of the advert, in under two minutes."""
    begin = time.monotonic()
    environment = {**os.environ, "LC_ALL": "C.UTF-8", "TMPDIR": str(tmp_path)}
    with subprocess.Popen([ROOT / "demo/run"], text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, env=environment) as demo:
        said, _ = demo.communicate(timeout=150)
    took = time.monotonic() - begin
    assert demo.returncode == 0, said
    assert took < 120
    latencies = [float(ms) for ms in re.findall(r"says MASTER\s+\(([0-9.]+) ms", said)]
    assert len(latencies) == 4, said
    assert max(latencies) < 100, said
    assert len(re.findall(r"^\s+10\s+MASTER\s+120\s+192\.168\.1\.2\s", said, re.M)) == 2, said
    assert len(re.findall(r"^\s+10\s+backup\s+100\s+192\.168\.1\.2\s", said, re.M)) == 2, said
    assert len(re.findall(r"^\s+10\s+MASTER\s+100\s+192\.168\.1\.3\s", said, re.M)) == 1, said
    assert not namespaces(demo.pid)
    assert not list(tmp_path.iterdir())
