# SPDX-License-Identifier: MIT
"""Services and real servers come and go up to fifty times a second; asan."""

import pathlib
import subprocess
import time

from lab import Collectd, add_service, load

TURNS = 2400  # however long a machine takes for them
STABLE = 12
STABLE_SERVERS = 40  # more than one message of a dump holds

ASAN = {"LD_PRELOAD": "/asan/libasan.so",
        "ASAN_OPTIONS": "log_path=/tmp/asan.log:quarantine_size_mb=4"}


def stable_names():
    return [f"192.0.2.{number}_TCP80" for number in range(1, STABLE + 1)]


def set_up():
    load("ip_vs")
    for number in range(1, STABLE + 1):
        add_service(f"-t 192.0.2.{number}:80 -s rr", *(
            [f"10.2.0.{host}:80 -m -w {host}" for host in range(1, STABLE_SERVERS + 1)]
            if number == 1 else ["10.2.0.11:80 -m -w 3", "10.2.0.12:80 -m -w 4"]))


def churn(turns):
    """Adds and removes a service with its servers, and servers of a stable one."""
    pipe = subprocess.Popen(["ipvsadm", "-R"], stdin=subprocess.PIPE, text=True)
    for turn in range(turns):
        began = time.monotonic()
        other = f"198.51.100.{turn % 200 + 1}:80"
        extra = f"10.3.0.{turn % 200 + 1}:80"
        pipe.stdin.write(f"-A -t {other} -s rr\n-a -t {other} -r {extra} -m -w 1\n"
                         f"-a -t 192.0.2.1:80 -r {extra} -m -w 1\n")
        pipe.stdin.flush()
        time.sleep(max(0, 0.01 - (time.monotonic() - began)))
        pipe.stdin.write(f"-D -t {other}\n-d -t 192.0.2.1:80 -r {extra}\n")
        pipe.stdin.flush()
        time.sleep(max(0, 0.02 - (time.monotonic() - began)))
    pipe.stdin.close()
    assert pipe.wait() == 0


def resident(process):
    """Memory in kB; what a busy machine's write queue once held is not given back."""
    for line in open(f"/proc/{process.pid}/status"):
        if line.startswith("VmRSS"):
            return int(line.split()[1])
    return 0


def test_churn():
    set_up()
    collectd = Collectd(more="<Plugin ipvs>\n</Plugin>", interval=0.5, plugins="/asan",
                        environment=ASAN)
    collectd.next_poll()
    began, memory = time.monotonic(), []
    for _ in range(3):
        churn(TURNS // 3)
        collectd.next_poll()  # the write queue is short again
        memory.append(resident(collectd.process))
    print(f"{TURNS} turns in {time.monotonic() - began:.0f} s; {memory} kB resident after each third")
    assert collectd.alive(), collectd.log()
    collectd.next_poll()
    check_rows(collectd)
    collectd.stop(expect=None)
    reports = "".join(path.read_text() for path in pathlib.Path("/tmp").glob("asan.log*"))
    assert "ipvs.so" not in reports, reports
    assert memory[2] < memory[1] + 6000


def check_rows(collectd):
    polls = [row[0] for row in collectd.rows("", "ipvs_timeout-tcp")]
    for service in stable_names():
        servers = ([f"10.2.0.{host}_80" for host in range(1, STABLE_SERVERS + 1)]
                   if service == "192.0.2.1_TCP80" else ["10.2.0.11_80", "10.2.0.12_80"])
        for server in servers:
            rows = collectd.rows(service, f"connections-{server}")
            seen = {row[0] for row in rows}
            lost = [moment for moment in polls[1:-2] if moment not in seen]
            assert not lost, (service, server, len(lost), len(polls))
            states = {tuple(values[:2]) for _, values in
                      collectd.rows(service, f"ipvs_server-{server}")}
            assert len(states) == 1, (service, server, states)
    gone = [line for line in collectd.messages().splitlines()
            if "is gone" in line and any(name + ":" in line for name in stable_names())
            and "real server 10.2.0" in line]
    assert not gone, gone[:3]
    print(f"{collectd.dir}: {len(polls)} polls")
