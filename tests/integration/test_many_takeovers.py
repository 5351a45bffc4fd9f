# SPDX-License-Identifier: MIT
"""Takeovers at random moments, each told once, by both routers, as what it was.

HA_LONG: how many, eight seconds each; without it nothing is run. HA_SEED: of which random history."""

import os
import random
import re
import time

import pytest

from lab import BACKUP, MASTER, Instance, wait_until

COUNT = int(os.environ.get("HA_LONG", "0"))
SEED = int(os.environ.get("HA_SEED", "1"))
pytestmark = pytest.mark.skipif(not COUNT, reason="HA_LONG says how many takeovers")
SOON = 15  # seconds: a takeover, and a busy machine
ADDRESS = {"r1": "192.168.1.2", "r2": "192.168.1.3"}


def stop(r1):
    """systemctl stop keepalived"""
    r1.keepalived.stop()


def kill(r1):
    """kill -9: nothing is said on the wire."""
    r1.keepalived.kill()
    r1.ip("addr", "del", "192.168.1.1/24", "dev", "eth0")  # nobody does it then


def start(r1):
    """Whatever ended, it begins again."""
    r1.keepalived.start()


EVENTS = {  # what happens, how it is undone, and what r2 says of it
    "stop": (stop, start, "the one before let go"),
    "kill": (kill, start, "the one before fell silent"),
}


@pytest.fixture(name="routers")
def fixture_routers(lab):
    """r1, the master, and r2."""
    routers = lab.router("r1", "192.168.1.2/24"), lab.router("r2", "192.168.1.3/24")
    for router, priority in zip(routers, (120, 100)):
        router.add_keepalived(Instance("only", 10, priority, ["192.168.1.1/24"]))
        router.monitor()
        router.keepalived.start()
    wait_states(*routers)
    return routers


def wait_states(master, backup):
    """Until both say so."""
    master.wait_state(10, MASTER, SOON)
    backup.wait_state(10, BACKUP, SOON)


def masters(router):
    """The notifications of new masters so far."""
    return [line for line in router.collectd.said().splitlines()
            if "Notification" in line and "eth0-ipv4-10" in line and " is master with priority" in line]


def expect(router, count, address, reason=""):
    """One more was told since there were so many, and it is this one."""
    wait_until(lambda: len(masters(router)) > count, SOON, router.collectd.said)
    new = masters(router)[count:]
    assert len(new) == 1 and re.search(rf"{re.escape(address)}( .this host.)? is master .*{reason}", new[0]), (
        router.label, new)


def test_each_takeover_is_told_once(routers):
    """r1 ends in one of the ways, at any moment of its second; r2 takes over; r1 comes back."""
    r1, r2 = routers
    chance = random.Random(SEED)
    for turn in range(COUNT):
        event = chance.choice(sorted(EVENTS))
        do, undo, reason = EVENTS[event]
        print(f"seed {SEED}, turn {turn}: {event}")
        time.sleep(chance.random() * 1.5)
        before = [len(masters(router)) for router in routers]
        do(r1)
        r2.wait_state(10, MASTER, SOON)
        for router, count in zip(routers, before):
            expect(router, count, ADDRESS["r2"], reason)
        time.sleep(chance.random() * 1.5)
        before = [len(masters(router)) for router in routers]
        undo(r1)
        wait_states(r1, r2)
        for router, count in zip(routers, before):
            expect(router, count, ADDRESS["r1"], "it outranks the one before")
    for router in routers:
        said = router.collectd.said()
        assert "is lost" not in said, said
