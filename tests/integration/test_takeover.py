# SPDX-License-Identifier: MIT
"""Both routers' tables before, during and after every way in which a master goes and comes back."""

import pytest

from conftest import settle
from lab import BACKUP, INITIALIZE, MASTER, wait_until
from lab.tables import oper_rows

R1, R2 = "192.168.1.2", "192.168.1.3"
ADDRESSES = {10: ("192.168.1.1",), 150: ("192.168.1.13",)}
PRIORITIES = {10: (120, 100), 150: (101, 100)}
AUTH_TYPES = {10: 2, 150: 1}  # simpleTextPassword, noAuthentication
NORMAL_TAKEOVER = 6  # seconds: 3 × 1 s, a skew below 1 s, and room for a busy machine


def expect(router, vrid, timeout=5, **wanted):
    """The router's walk shows these cells (soon: a walk may fall into the change)."""
    def shown():
        row = oper_rows(router).get(vrid)
        return row and all(getattr(row, key) == value for key, value in wanted.items())
    wait_until(shown, timeout, lambda: f"{router.label}, VRID {vrid}: wanted {wanted}, "
                                       f"walk shows {oper_rows(router).get(vrid)}")


def expect_master(winner, loser, vrid, priority):
    """Both routers tell the same: who is master, with what."""
    common = {"master": winner.address, "interval": 1, "addresses": ADDRESSES[vrid],
              "address_count": 1, "auth_type": AUTH_TYPES[vrid]}
    expect(winner, vrid, state=MASTER, priority=priority, **common)
    expect(loser, vrid, **common)
    assert oper_rows(loser)[vrid].state != MASTER


@pytest.mark.parametrize("vrid", [10, 150])
def test_steady(routers, vrid):
    """Before anything happens: r1 is master, r2 backup, and both say so."""
    r1, r2 = routers
    expect_master(r1, r2, vrid, PRIORITIES[vrid][0])
    expect(r2, vrid, state=BACKUP, priority=PRIORITIES[vrid][1])


def stop(r1):
    """systemctl stop keepalived"""
    r1.keepalived.stop()


def kill(r1):
    """kill -9: nothing is said on the wire, the addresses stay."""
    r1.keepalived.kill()


def unplug(r1):
    """The interface goes down under keepalived."""
    r1.unplug()


def fail_script(r1):
    """The tracked script fails: priority 120 - 30 = 90."""
    r1.keepalived.break_script()


EVENTS = {stop: lambda r1: r1.keepalived.start(), kill: lambda r1: r1.keepalived.start(),
          unplug: lambda r1: r1.replug()}


@pytest.mark.parametrize("event", EVENTS, ids=lambda f: f.__name__)
def test_master_goes_and_comes_back(routers, event):
    """r2 takes over both virtual routers; r1 preempts when it is back."""
    r1, r2 = routers
    before = {vrid: (oper_rows(r1)[vrid].times_master, oper_rows(r2)[vrid].times_master)
              for vrid in ADDRESSES}
    event(r1)
    for vrid in ADDRESSES:
        r2.wait_state(vrid, MASTER, NORMAL_TAKEOVER)
    for vrid in ADDRESSES:
        if event is unplug:
            expect(r1, vrid, state=INITIALIZE)
            expect(r2, vrid, state=MASTER, master=R2, addresses=ADDRESSES[vrid],
                   priority=PRIORITIES[vrid][1], interval=1)
        else:
            expect_master(r2, r1, vrid, PRIORITIES[vrid][1])
        wait_until(lambda at=vrid: ADDRESSES[at][0] in r2.addresses(), 5, "r2 speaks, but lacks the address")

    EVENTS[event](r1)
    settle(r1, r2)
    for vrid, (ours, theirs) in before.items():
        expect_master(r1, r2, vrid, PRIORITIES[vrid][0])
        expect(r1, vrid, times_master=ours + 1)
        expect(r2, vrid, times_master=theirs + 1)


def test_track_script(routers):
    """VRID 10 moves with the script's failure; VRID 150, which tracks nothing, stays."""
    r1, r2 = routers
    fail_script(r1)
    r2.wait_state(10, MASTER, NORMAL_TAKEOVER)
    expect_master(r2, r1, 10, 100)
    expect(r1, 10, state=BACKUP)
    expect_master(r1, r2, 150, 101)
    r1.keepalived.mend_script()
    settle(r1, r2)
    expect_master(r1, r2, 10, 120)


def test_priority_change_is_seen_by_both(routers):
    """Before the backup takes over, the master's adverts carry 90: r2 has heard it, r1's SNMP shows it."""
    r1, r2 = routers
    fail_script(r1)
    heard = "vrrp-eth0-ipv4-10/vrrp_master"
    wait_until(lambda: r2.collectd.values(heard).get(heard, {}).get("priority") == 90, 5, "r2 has not heard of 90")
    expect(r1, 10, priority=90)
    r1.keepalived.mend_script()
    expect(r1, 10, timeout=8, priority=120)
    settle(r1, r2)


def test_notifications_name_both_routers(routers):
    """An operator reads in the log who was replaced by whom."""
    r1, r2 = routers
    r1.keepalived.stop()
    r2.wait_state(10, MASTER, NORMAL_TAKEOVER)
    wait_until(lambda: any("Notification" in line and R2 in line and "eth0-ipv4-10" in line
                           for line in r2.collectd.said().splitlines()), 5,
               lambda: f"no notification of the takeover:\n{r2.collectd.said()[-2000:]}")
    r1.keepalived.start()
    settle(r1, r2)


def test_no_value_came_too_late(stage, routers):
    """collectd drops, and complains of, a value that is not newer than the one before."""
    if stage.environment():
        pytest.skip("a sanitizer holds a write thread longer than reports rest")
    for router in routers:
        late = [line for line in router.collectd.said().splitlines() if "too old" in line]
        assert not late, f"{router.label}: {len(late)} values, such as {late[0]}"
