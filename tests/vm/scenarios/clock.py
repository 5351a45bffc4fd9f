# SPDX-License-Identifier: MIT
"""The machine's clock is set, backwards and forwards, under collectd and keepalived.

A namespace cannot have a clock of its own that is not the host's, a machine can."""

import math
import pathlib
import time

from lab import Collectd, Daemon, load, namespace, sh, wait_for

INTERVAL = 2  # seconds
ADVERTS = 1  # a second
ROUTER = "vrrp-wire-ipv4-10"
CONF = """
vrrp_instance only {
    state BACKUP
    interface wire
    virtual_router_id 10
    priority 120
    advert_int 1
    virtual_ipaddress {
        10.9.0.9/24
    }
}
"""


def begin():
    """A master in a namespace, and a collectd that observes it from the machine's own."""
    load("veth")
    namespace("far")
    sh("ip", "link", "add", "wire", "type", "veth", "peer", "name", "wire", "netns", "far")
    sh("ip", "-n", "far", "addr", "add", "10.9.0.1/24", "dev", "wire")
    sh("ip", "-n", "far", "link", "set", "wire", "up")
    sh("ip", "link", "set", "wire", "up")
    directory = pathlib.Path("/tmp/keepalived")
    directory.mkdir()
    (directory / "conf").write_text(CONF)
    master = Daemon(["keepalived", "-n", "-l", "-D", "-P", "-G", "-f", directory / "conf", "-p", directory / "pid",
                     "-r", directory / "vrrp.pid"], directory / "log", within="far",
                    environment={"TMPDIR": str(directory)})
    ours = Collectd(more='PluginDir "/plugins"\nLoadPlugin vrrp\n', interval=INTERVAL)
    wait_for(lambda: is_usual(rate(ours)), "a rate of adverts")
    return master, ours


def rate(ours):
    """Adverts a second, as collectd's cache has it; NaN if it has none."""
    name = f"vm/{ROUTER}/vrrp_adverts-received"
    if not any(line.endswith(name) for line in ours.command("LISTVAL")):
        return math.nan
    return float(ours.command(f'GETVAL "{name}"')[0].split("=")[1])


def is_usual(number):
    """An interval has a beat of its own beside the adverts', and the machine is slow."""
    return ADVERTS / 4 <= number <= 4 * ADVERTS


def last_row(ours):
    """When the newest state was, as csv has it: of the file that was written last."""
    paths = ours.dir.glob(f"csv/vm/{ROUTER}/vrrp_state-*")
    newest = max(paths, key=lambda path: path.stat().st_size and path.stat().st_mtime_ns)
    return float(newest.read_text().splitlines()[-1].split(",")[0])


def set_clock(seconds):
    """date -s, by so much."""
    sh("date", "-s", f"@{time.time() + seconds:.0f}")


def live_on(ours, intervals):
    """For so many intervals each rate is as it was."""
    end = time.monotonic() + intervals * INTERVAL
    while time.monotonic() < end:
        seen = rate(ours)
        assert is_usual(seen), f"{seen} adverts a second\n{ours.messages()[-3000:]}"
        time.sleep(INTERVAL / 4)


def check_step(ours, seconds):
    """No rate is ever absurd; soon it is right again, and what is written has the new time."""
    set_clock(seconds)
    end = time.monotonic() + 4 * INTERVAL
    while time.monotonic() < end:
        seen = rate(ours)
        assert not seen > 100, f"{seen} adverts a second after a step of {seconds} s"
        time.sleep(INTERVAL / 4)
    live_on(ours, 5)
    wait_for(lambda: abs(time.time() - last_row(ours)) < 5 * INTERVAL, "a row of the new time")
    assert "is lost" not in ours.messages(), ours.messages()[-3000:]


def test_the_clock_is_set():
    """Back by an hour, forward by a minute, back by a minute, forward by an hour."""
    master, ours = begin()
    live_on(ours, 5)
    for seconds in (-3600, 60, -60, 3600):
        check_step(ours, seconds)
    ours.stop()
    master.stop(expect=None)
