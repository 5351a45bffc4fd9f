# SPDX-License-Identifier: MIT
"""VRRP version 3 in both families at 0.2 s, and keepalived's use_vmac."""

import ipaddress
import time

import pytest

from lab import BACKUP, MASTER, Instance, Lab, oids, wait_until
from lab.tables import oper_rows

SIX, MACVLAN, FOUR = 20, 30, 40  # VRIDs
TAKEOVER = 3


def instances(priority):
    """Three virtual routers on eth0."""
    return (Instance("six", SIX, priority, ["fe80::20/64", "2001:db8::1/64"],
                     version=3, interval=0.2),
            Instance("macvlan", MACVLAN, priority, ["192.168.1.30/24"], vmac=True),
            Instance("four", FOUR, priority, ["192.168.1.40/24"], version=3, interval=0.2))


@pytest.fixture(scope="module")
def routers(stage):
    """r1 (priority 120) and r2 (100), settled."""
    with Lab(stage) as lab:
        r1, r2 = lab.router("r1", "192.168.1.2/24"), lab.router("r2", "192.168.1.3/24")
        for router, priority in ((r1, 120), (r2, 100)):
            router.add_keepalived(*instances(priority))
            router.monitor()
            router.keepalived.start()
        wait_settled(r1, r2)
        yield r1, r2


def link_local(router):
    """The address from which IPv6 adverts come."""
    return next(a for a in router.addresses("eth0") if a.startswith("fe80::") and a != "fe80::20")


def v3(router, column, vrid, family):
    """A cell of vrrpv3OperationsTable; family: 1 IPv4, 2 IPv6."""
    return router.snmp.get(f"{column}.{router.eth0}.{vrid}.{family}")


def wait_settled(master, backup):
    """Both routers' SNMP agree that `master` is it, in all three."""
    master.wait_state(MACVLAN, MASTER, 15)
    backup.wait_state(MACVLAN, BACKUP, 15)
    for vrid, family in ((SIX, 2), (FOUR, 1)):
        for router, state in ((master, MASTER), (backup, BACKUP)):
            wait_until(lambda: v3(router, oids.V3_STATUS, vrid, family) == state, 10,
                       lambda: f"{router.label}: vrrpv3OperationsStatus of {vrid} is "
                               f"{v3(router, oids.V3_STATUS, vrid, family)}, not {state}")


@pytest.mark.parametrize("vrid, family, count", [(SIX, 2, 2), (FOUR, 1, 1)], ids=["six", "four"])
def test_version_3(routers, vrid, family, count):
    """State, master's address, priority, interval in centiseconds and number of addresses."""
    r1, r2 = routers
    speaker = link_local(r1) if family == 2 else r1.address
    for router in (r1, r2):
        address = v3(router, oids.V3_MASTER, vrid, family)
        assert ipaddress.ip_address(address) == ipaddress.ip_address(speaker)
        assert v3(router, oids.V3_INTERVAL, vrid, family) == 20
        assert v3(router, oids.V3_ADDRESS_COUNT, vrid, family) == count
    assert v3(r1, oids.V3_PRIORITY, vrid, family) == 120


def test_version_3_addresses(routers):
    """vrrpv3AssociatedIpAddrTable has each virtual address in its index."""
    for router in routers:
        prefix = f"{oids.V3_ASSO_ROW_STATUS}.{router.eth0}.{SIX}.2."
        rows = [oid for oid in router.snmp.walk(oids.V3_ASSO_ROW_STATUS) if oid.startswith(prefix)]
        found = {ipaddress.IPv6Address(bytes(map(int, oid[len(prefix):].split(".")[-16:])))
                 for oid in rows}
        assert found == {ipaddress.IPv6Address("fe80::20"), ipaddress.IPv6Address("2001:db8::1")}


def test_use_vmac_is_one_row_on_the_base_interface(routers):
    """The macvlan shows every advert again; it must not make a second virtual router."""
    for router in routers:
        rows = [oid for oid in router.walk(oids.OPER_STATE) if oid.endswith(f".{MACVLAN}")]
        assert rows == [f"{oids.OPER_STATE}.{router.index(MACVLAN)}"]
        row = oper_rows(router)[MACVLAN]
        assert (row.master, row.interval, row.addresses) == ("192.168.1.2", 1, ("192.168.1.30",))
    received = f"{oids.STATS_RECEIVED}.{routers[1].index(MACVLAN)}"
    first = routers[1].snmp.get(received)
    heard = routers[1].lab.wire.wait(10, since=time.time(), vrid=MACVLAN)
    wait_until(lambda: routers[1].snmp.get(received) > first, 10, f"{heard} was not counted")


def test_takeover_of_all_three(routers):
    """r1 stops; r2 has all three; r1 takes them back."""
    r1, r2 = routers
    r1.keepalived.stop()
    r2.wait_state(MACVLAN, MASTER, 6)
    for vrid, family in ((SIX, 2), (FOUR, 1)):
        wait_until(lambda: v3(r2, oids.V3_STATUS, vrid, family) == MASTER, TAKEOVER,
                   f"r2 is not master of {vrid}")
        assert v3(r1, oids.V3_STATUS, vrid, family) != MASTER
    six = v3(r2, oids.V3_MASTER, SIX, 2)
    assert ipaddress.ip_address(six) == ipaddress.ip_address(link_local(r2))
    r1.keepalived.start()
    wait_settled(r1, r2)
