# SPDX-License-Identifier: MIT
"""Every metric of vrrp and every column of COLLECTD-HA-MIB's first table, with the values that
two routers must give after a takeover and its way back. A new one is a row here."""

import re
import time

import pytest

from conftest import ROOT, settle
from lab import MASTER, Lab, pair, wait_until

ENTRY = "1.3.6.1.4.1.8072.9999.9999.112.1.1.1"  # chVrrpEntry
ROUTER = "vrrp-eth0-ipv4-10"


class Between:
    """Equal to every number from least to most."""

    def __init__(self, least, most=float("inf")):
        self.least, self.most = least, most

    def __eq__(self, number):
        return number is not None and self.least <= number <= self.most

    def __repr__(self):
        return f"{self.least} to {self.most}"


SOME = Between(1)
GAP = Between(0.9, 3)  # seconds, at advert_int 1 on a busy machine
OUTAGE = Between(0, 5)
# It began with the tests or after; collectd's unixsock tells seven digits, which is to 500 s.
RECENT = Between(time.time() - 560, time.time() + 4 * 3600)

# What r1, the master (priority 120), and r2 (100) tell.
VALUES = {
    f"{ROUTER}/vrrp_state": (3, 2),
    f"{ROUTER}/vrrp_master masters": (1, 1),
    f"{ROUTER}/vrrp_master priority": (120, 120),
    f"{ROUTER}/vrrp_master interval": (1, 1),
    f"{ROUTER}/vrrp_master down_interval": (3 + 136 / 256, 3 + 156 / 256),
    f"{ROUTER}/vrrp_master_address-192.168.1.2": (1, 1),
    f"{ROUTER}/vrrp_master_address-192.168.1.3": (None, None),  # once 0, then gone after collectd's Timeout
    f"{ROUTER}/vrrp_claim-10-192.168.1.1": (1, 0),
    f"{ROUTER}/vrrp_details ifindex": (SOME, SOME),
    f"{ROUTER}/vrrp_details version": (2, 2),
    f"{ROUTER}/vrrp_details auth_type": (1, 1),
    f"{ROUTER}/vrrp_details rejection": (0, 0),
    f"{ROUTER}/vrrp_details since": (RECENT, RECENT),
    f"{ROUTER}/vrrp_details master_since": (RECENT, RECENT),
    f"{ROUTER}/vrrp_priority-own": (120, 100),
    f"{ROUTER}/vrrp_uptime": (SOME, SOME),
    f"{ROUTER}/vrrp_transitions-master": (SOME, SOME),
    f"{ROUTER}/vrrp_transitions-change": (SOME, SOME),
    f"{ROUTER}/vrrp_outage": (OUTAGE, OUTAGE),
    f"{ROUTER}/vrrp_gap": (GAP, GAP),
    f"{ROUTER}/vrrp_adverts-sent": (SOME, SOME),
    f"{ROUTER}/vrrp_adverts-received": (SOME, SOME),
    f"{ROUTER}/vrrp_differs-interval": (0, 0),
    f"{ROUTER}/vrrp_rejected-ttl": (0, 0),
    f"{ROUTER}/vrrp_address-192.168.1.1": (1, 0),
    f"{ROUTER}/vrrp_problem-split_brain": (None, None),  # it never was
    f"{ROUTER}/vrrp_differs-version": (None, None),
    "vrrp/vrrp_dropped-frames": (0, 0),
}
COLUMNS = {
    "chVrrpInterface": (b"eth0", b"eth0"),
    "chVrrpVersion": (2, 2),
    "chVrrpState": (4, 3),
    "chVrrpStateSince": (SOME, SOME),
    "chVrrpMasters": (1, 1),
    "chVrrpMasterAddress": (bytes([192, 168, 1, 2]), bytes([192, 168, 1, 2])),
    "chVrrpMasterPriority": (120, 120),
    "chVrrpMasterSince": (SOME, SOME),
    "chVrrpMasterChanges": (SOME, SOME),
    "chVrrpBecameMaster": (SOME, SOME),
    "chVrrpLastOutage": (Between(0, 5000), Between(0, 5000)),
    "chVrrpLargestGap": (Between(900, 3000), Between(900, 3000)),
    "chVrrpAdvertInterval": (1000, 1000),
    "chVrrpDownInterval": (3531, 3609),
    "chVrrpAuthType": (2, 2),
    "chVrrpLastRejection": (0, 0),
    "chVrrpFaultCause": (None, None),
    "chVrrpFaultSince": (None, None),
}


def types():
    """{type: kind} of vrrp's part of types.db.custom."""
    part = re.search(r"^# --- vrrp -+\n(.*?)^# --- ", (ROOT / "types.db.custom").read_text(), re.S | re.M)[1]
    return dict(re.findall(r"^(\w+) +\w+:(\w+):", part, re.M))


def columns():
    """{name: OID} of chVrrpTable's columns in the profile."""
    text = (ROOT / "profiles/collectd-ha-mib.conf").read_text()
    return {name: oid for oid, name in re.findall(rf'OIDs "({ENTRY}\.\d+)" # (\w+)$', text, re.M)}


@pytest.fixture(scope="module", name="after_takeover")
def fixture_after_takeover(stage):
    """r1 and r2, after r2 was master and r1 is again."""
    with Lab(stage) as lab:
        r1, r2 = pair(lab)
        for router in (r1, r2):
            router.monitor(vrrp=router.keepalived_block(), profiles=("vrrp-mib", "collectd-ha-mib"))
            router.keepalived.start()
        settle(r1, r2, vrids=[10])
        r1.keepalived.stop()
        r2.wait_state(10, MASTER, 6)
        r1.keepalived.start()
        settle(r1, r2, vrids=[10])
        yield r1, r2


def value(router, identifier):
    """What collectd has now: a count or a number; None if there is none. A data source may
    stand behind the identifier."""
    identifier, _, source = identifier.partition(" ")
    plugin, name = identifier.split("/")
    kind, _, instance = name.partition("-")
    if types()[kind] == "DERIVE":
        return router.collectd.counts(plugin, kind).get(instance)
    return router.collectd.values(f"/{re.escape(identifier)}$").get(identifier, {}).get(source or "value")


def expect(read, routers, wanted):
    """read(router) is what is wanted, on each router, soon."""
    for router, right in zip(routers, wanted):
        wait_until(lambda r=router, w=right: w == read(r), 5,
                   lambda r=router, w=right: f"{r.label}: {read(r)}, not {w}", step=0.1)


@pytest.mark.parametrize("identifier", VALUES)
def test_value(after_takeover, identifier):
    expect(lambda router: value(router, identifier), after_takeover, VALUES[identifier])


@pytest.mark.parametrize("name", COLUMNS)
def test_column(after_takeover, name):
    oid = columns()[name]
    expect(lambda router: router.snmp.get(f"{oid}.0.{router.eth0}.1.10"), after_takeover, COLUMNS[name])


def test_none_is_left_out():
    """Each type and each column has its row above, and each type its line in the document."""
    assert {re.search(r"/(\w+)", identifier)[1] for identifier in VALUES} == types().keys()
    assert COLUMNS.keys() == columns().keys()
    document = (ROOT / "docs/vrrp.md").read_text()
    assert [name for name in types() if f"`{name}`" not in document] == []
