# SPDX-License-Identifier: MIT
"""The README's first command does what it says, and leaves nothing behind."""

import csv
import math
import os
import re
import struct
import subprocess
import time

import pytest

from conftest import ROOT


pytestmark = pytest.mark.timing


def namespaces(owner):
    """The network namespaces that a process made and did not remove."""
    there = subprocess.run(["ip", "netns", "list"], text=True, capture_output=True, check=True)
    return re.findall(rf"^ha{owner}-\S+", there.stdout, re.M)


def masters(path):
    """Who was master, one after the other, as the numbers behind the picture tell it; None is
    nobody, which is painted over the rest. A second in which both were tells nothing."""
    header, *rows = csv.reader(path.read_text().splitlines())
    columns = {"r1": header.index("r1 master"), "r2": header.index("r2 master"),
               None: header.index("no master")}
    told = []
    for row in rows:
        there = [name for name, at in columns.items() if not math.isnan(float(row[at]))]
        now = [None] if None in there else there
        if len(now) == 1 and now != told[-1:]:
            told += now
    return told[1:] if told[:1] == [None] else told


def drawn(path):
    """Width and height of a PNG, checked to be one."""
    png = path.read_bytes()
    assert png[:8] == b"\x89PNG\r\n\x1a\n" and len(png) > 4000, path
    return struct.unpack("!II", png[16:24])


def test_demo(tmp_path):
    """Both takeovers are shown by SNMP within 100 ms of the advert and by the graphs, in under
    two minutes."""
    started, begin = time.time(), time.monotonic()
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
    assert re.search(r"^\s+10\s+initialize\s+120\s", said, re.M), said
    graphs = [ROOT / name for name in re.findall(r"^\s+(demo-output/vrrp-\S+)$", said, re.M)]
    assert len(graphs) == 8 and all(path.stat().st_mtime > started for path in graphs), said
    for path in graphs:
        if path.suffix == ".csv":
            # r1 lets go, and r2 speaks 0.6 s later: within one second the last state wins.
            assert [name for name in masters(path) if name] == ["r1", "r2", "r1"]
        else:
            width, height = drawn(path)
            assert width > 800 and height > 150
    assert not namespaces(demo.pid)
    assert not list(tmp_path.iterdir())
