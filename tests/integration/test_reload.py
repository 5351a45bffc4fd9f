# SPDX-License-Identifier: MIT
"""A reload is not an outage: what a daemon was told to give up is gone, not lost."""

import dataclasses
import re

import pytest

from lab import BACKUP, MASTER, Instance, oids, stays, wait_until

SOON = 10  # seconds: an answer of keepalived, and a busy machine
FORGET_AFTER = 6  # seconds
TAKEOVER = 8  # seconds: 3 × 1 s, a skew below 1 s, and room for a busy machine
STAYS = Instance("stays", 10, 100, ["192.168.1.1/24"])
MOVES = Instance("moves", 20, 100, ["192.168.1.20/24"])
MOVED = dataclasses.replace(MOVES, vrid=21)
PRIORITY = {"r1": 120, "r2": 100}
ALARMS = "no master|has a virtual address|lacks a virtual|fell silent|is lost"


def configure(router, *instances):
    """keepalived's instances from its next start or reload on."""
    router.keepalived.instances = [dataclasses.replace(i, priority=PRIORITY[router.label]) for i in instances]


def reload(router, *instances):
    """systemctl reload keepalived"""
    configure(router, *instances)
    router.keepalived.reload()


def told(router, vrid, words):
    """The log's lines of notifications that say these words (an expression) of a virtual router."""
    return [line for line in router.collectd.said().splitlines()
            if "Notification" in line and f"eth0-ipv4-{vrid}:" in line and re.search(words, line)]


def wait_told(router, vrid, words, timeout=SOON):
    """Waits until it was told."""
    wait_until(lambda: told(router, vrid, words), timeout,
               lambda: f"{router.label}: no notification of {vrid}: {words}\n{router.collectd.said()[-4000:]}")


def rows(router, vrid):
    """What SNMP's walk shows of a virtual router in any table of its MIB."""
    return [oid for oid in router.walk(oids.VRRP_MIB) if f".{router.index(vrid)}" in f"{oid}."
            or oid.endswith(f".{router.index(vrid)}")]


@pytest.fixture(name="pair")
def fixture_pair(lab):
    """Begins with r1, master of VRID 10 and 20, and r2, backup, each monitored with these
    options of a router."""
    def begin(vrrp, interval=1):
        routers = lab.router("r1", "192.168.1.2/24"), lab.router("r2", "192.168.1.3/24")
        for router in routers:
            router.add_keepalived()
            configure(router, STAYS, MOVES)
            router.monitor(vrrp=vrrp(router), interval=interval)
            router.keepalived.start()
        for vrid in (10, 20):
            routers[0].wait_state(vrid, MASTER, 15)
            routers[1].wait_state(vrid, BACKUP, 15)
        return routers
    return begin


def check_new(r1, r2):
    """VRID 21 is what 20 was, and VRID 10 never noticed."""
    for router, state in ((r1, MASTER), (r2, BACKUP)):
        router.wait_state(21, state, TAKEOVER)
        router.wait_state(10, state, SOON)
        assert not told(router, 10, ALARMS + "|is master .*before"), router.collectd.said()
    wait_until(lambda: "192.168.1.20" in r1.addresses() and "192.168.1.20" not in r2.addresses(), SOON,
               "the address is not where the master is")


@pytest.mark.parametrize("interval", [1, 10])
def test_with_keepalived_s_word(pair, interval):
    """VRID 20 ends when keepalived has reloaded, told as removed by both, and 21 as added;
    its rows are gone at once, and no alarm was raised for it."""
    r1, r2 = pair(lambda router: router.keepalived_block(), interval)
    for router in (r1, r2):
        wait_until(lambda r=router: "keepalived answers" in r.collectd.said(), 2 * interval + SOON, router.collectd.said)
    assert rows(r1, 20) and rows(r2, 20)
    for router in (r2, r1):
        reload(router, STAYS, MOVED)
    for router in (r1, r2):
        wait_told(router, 20, "does not have this virtual router any more", interval + SOON)
        wait_told(router, 20, "is forgotten", interval + SOON)
        assert not rows(router, 20), rows(router, 20)
    check_new(r1, r2)
    for router in (r1, r2):
        wait_told(router, 21, "has this virtual router now: moves", interval + SOON)
        alarms = [line for vrid in (20, 21) for line in told(router, vrid, ALARMS)]
        assert not alarms, "\n".join(alarms)
        assert len(told(router, 20, "any more$")) == 1 and len(told(router, 21, "now: moves")) == 1
        assert not rows(router, 20)


def test_a_new_name(pair):
    """The same virtual router under another name."""
    r1, r2 = pair(lambda router: router.keepalived_block())
    for router in (r1, r2):
        wait_until(lambda r=router: "keepalived answers" in r.collectd.said(), SOON, router.collectd.said)
        reload(router, STAYS, dataclasses.replace(MOVES, name="other"))
        wait_told(router, 20, "calls this virtual router otherwise now: other")
        assert not told(router, 20, "any more|is forgotten|has this virtual router now"), router.collectd.said()
    r1.wait_state(20, MASTER, TAKEOVER)


def test_how_long_a_backup_waits(pair):
    """down_timer_adverts alone changes, which no JSON and no advert says: known within seconds,
    though collectd's interval and TextInterval are long."""
    r1, r2 = pair(lambda router: router.keepalived_block(), 30)
    name = "vrrp-eth0-ipv4-20/vrrp_master"

    def waits(router):
        return router.collectd.values(name)[name]["down_interval"]
    for router in (r1, r2):
        wait_until(lambda r=router: "VRRP process answers" in r.collectd.said(), 30 + SOON, router.collectd.said)
        assert 3 < waits(router) < 4
        reload(router, STAYS, dataclasses.replace(MOVES, down_timer_adverts=5))
        wait_until(lambda r=router: 5 < waits(r) < 6, SOON, lambda r=router: f"{r.label}: {waits(r)} s")
        assert not told(router, 20, ALARMS + "|renamed|added|removed"), router.collectd.said()


def test_without_it(pair):
    """Nobody tells that VRID 20 was given up: it is forgotten after ForgetAfter, whatever its
    state, with its rows; its address is VRID 21's, so that it is not on a backup."""
    r1, r2 = pair(lambda router: f"  ForgetAfter {FORGET_AFTER}")
    for router in (r2, r1):
        reload(router, STAYS, MOVED)
    check_new(r1, r2)
    for router in (r1, r2):
        wait_told(router, 20, "is forgotten", FORGET_AFTER + SOON)
        assert not rows(router, 20), rows(router, 20)
        stays(lambda r=router: r.state(20) is None, 3, f"{router.label}: VRID 20 is back")
        wrong = [line for vrid in (20, 21) for line in told(router, vrid, "has a virtual address|lacks a virtual")]
        assert not wrong, "\n".join(wrong)
        raised, over = told(router, 20, "there is no master"), told(router, 20, "there is a master again")
        assert len(raised) == len(over), router.collectd.said()
