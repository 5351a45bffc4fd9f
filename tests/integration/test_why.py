# SPDX-License-Identifier: MIT
"""Why, at night: a fault names its cause and its age, in the log, in SNMP and in what is said of it."""

import re
import time

import pytest

from lab import BACKUP, INITIALIZE, MASTER, Instance, Lab, wait_until
from lab.keepalived import block, vrrp_script

SOON = 10  # seconds: keepalived's decision, its answers, and a busy machine
PRIORITY = {"r1": 120, "r2": 100}
ENTRY = "1.3.6.1.4.1.8072.9999.9999.112.1.1.1"  # chVrrpEntry
CAUSE, SINCE = f"{ENTRY}.20", f"{ENTRY}.21"
UPTIME = "1.3.6.1.2.1.1.3.0"


def build(lab, label, address):
    """A router whose instance is in fault without its script or its second interface."""
    router = lab.router(label, f"{address}/24")
    router.ip("link", "add", "eth1", "type", "veth", "peer", "name", "beyond")
    for interface in ("eth1", "beyond"):
        router.ip("link", "set", interface, "up")
    tracks = block("track_script", "chk_gateway"), block("track_interface", "eth1")
    router.add_keepalived(
        Instance("VI_1", 10, PRIORITY[label], ["192.168.1.1/24"], blocks=tracks),
        tracked=(vrrp_script("chk_gateway", router.directory, "interval 1", "fall 1", "rise 1"),))
    router.monitor(vrrp=router.keepalived_block(), profiles=("vrrp-mib", "collectd-ha-mib"))
    return router


@pytest.fixture(scope="module", name="pair")
def fixture_pair(stage):
    """r1, master, and r2; each test leaves them so."""
    with Lab(stage) as lab:
        routers = build(lab, "r1", "192.168.1.2"), build(lab, "r2", "192.168.1.3")
        for router in routers:
            router.keepalived.start()
        yield routers


@pytest.fixture(name="r1")
def fixture_r1(pair):
    """The master."""
    for router, state in zip(pair, (MASTER, BACKUP)):
        router.wait_state(10, state, 20)
    wait_until(lambda: column(pair[0], CAUSE) is None, SOON, "a fault is over, but not its cause")
    return pair[0]


def column(router, oid):
    """Of VRID 10."""
    return router.snmp.get(f"{oid}.0.{router.eth0}.1.10")


def wait_cause(router, cause):
    wait_until(lambda: column(router, CAUSE) == cause, SOON,
               lambda: f"{column(router, CAUSE)}, not {cause}\n{router.collectd.said()[-3000:]}")


def age(router):
    """Seconds since the cause arose, as SNMP says."""
    return (router.snmp.get(UPTIME) - column(router, SINCE)) / 100


def wait_notified(router, begin, words):
    """The seconds in the notification of these words, said from `begin` on."""
    def said():
        found = [re.search(words, line) for line in router.collectd.said()[begin:].splitlines() if "Notification" in line]
        return next((match for match in found if match), None)
    wait_until(said, SOON, lambda: f"not said: {words}\n{router.collectd.said()[begin:][-4000:]}")
    return int(said()[1])


def check_fault(router, begin, began, cause):
    """The cause is in SNMP and in both notifications, and as old as it is."""
    wait_cause(router, cause.encode())
    assert 0 <= age(router) <= time.monotonic() - began + 2, age(router)
    router.wait_state(10, INITIALIZE, SOON)
    for words in (rf"keepalived's instance VI_1 went from \w+ to fault: {cause} (\d+) s ago",
                  rf"this host is initialize now \({cause} (\d+) s ago\), was "):
        assert 0 <= wait_notified(router, begin, words) <= time.monotonic() - began


def check_mended(router):
    wait_until(lambda: column(router, CAUSE) is None and column(router, SINCE) is None, SOON,
               lambda: f"still: {column(router, CAUSE)}")
    router.wait_state(10, MASTER, 20)


def test_a_script_fails(r1):
    begin, began = len(r1.collectd.said()), time.monotonic()
    r1.keepalived.break_script()
    try:
        check_fault(r1, begin, began, "script chk_gateway failed")
        first = column(r1, SINCE)
        wait_until(lambda: age(r1) >= 4, SOON, lambda: f"{age(r1)} s old")
        assert abs(column(r1, SINCE) - first) <= 100, "a cause that stays keeps its time"
    finally:
        r1.keepalived.mend_script()
    check_mended(r1)


def test_an_interface_goes_down(r1):
    begin, began = len(r1.collectd.said()), time.monotonic()
    r1.ip("link", "set", "eth1", "down")
    try:
        check_fault(r1, begin, began, "interface eth1 went down")
    finally:
        r1.ip("link", "set", "eth1", "up")
    check_mended(r1)


def test_one_cause_is_mended_and_another_remains(r1):
    r1.ip("link", "set", "eth1", "down")
    r1.keepalived.break_script()
    try:
        wait_cause(r1, b"interface eth1 went down")
        wait_until(lambda: age(r1) >= 4, SOON, lambda: f"{age(r1)} s old")
        r1.ip("link", "set", "eth1", "up")
        wait_cause(r1, b"script chk_gateway failed")
        assert age(r1) < 4, "it is no older than its being told"
    finally:
        r1.ip("link", "set", "eth1", "up")
        r1.keepalived.mend_script()
    check_mended(r1)
