# SPDX-License-Identifier: MIT
"""Virtual addresses that are not where one would look for them first, and those of others."""

import pytest

from lab import BACKUP, MASTER, Instance, wait_until
from lab.wire import Sender, frame_v4, vrrp_v2

VIP, ON_LO = "192.168.1.1", "192.0.2.255"
CANARY, NOWHERE = 99, "192.168.1.99"  # a virtual router whose address nobody has
MISSING, ON_BACKUP = "vip_missing", "vip_on_backup"


@pytest.fixture
def r1(lab):
    """A monitored router that the test gives a keepalived."""
    return lab.router("r1", "192.168.1.2/24").monitor()


@pytest.fixture
def r2(lab):
    """Another one."""
    return lab.router("r2", "192.168.1.3/24").monitor()


def raised(router, problem, vrid=10):
    """Whether it stands; False while it never did."""
    name = f"vrrp-eth0-ipv4-{vrid}/vrrp_problem-{problem}"
    return router.collectd.values(f"{name}$").get(name) == {"value": 1}


def await_canary(router, problem, *adverts):
    """Sends the canary's adverts until its problem stands: one that began before would stand, too.

    adverts: (whose Sender, frame)
    """
    def shown():
        for sender, frame in adverts:
            sender.send(frame)
        return raised(router, problem, CANARY)
    wait_until(shown, 15, router.collectd.said, step=0.5)


def await_missing(lab, router):
    """Until this host would have been told to lack an address that it has lacked up to now."""
    own = Sender(router)
    lab.on_exit(own.close)
    await_canary(router, MISSING, (own, frame_v4(router.address, vrrp_v2(CANARY, 120, [NOWHERE]))))


def assert_only_the_canary(router, problem):
    """It neither stands nor was told of VRID 10, but of the canary."""
    assert raised(router, problem, CANARY) and not raised(router, problem)
    told = [line for line in router.collectd.said().splitlines()
            if f"type = vrrp_problem, type_instance = {problem}" in line]
    assert told and all(f"eth0-ipv4-{CANARY}" in line for line in told), told


def settle(r1, r2, *addresses):
    """keepalived on both, r1 master."""
    for router, priority in ((r1, 120), (r2, 100)):
        router.add_keepalived(Instance("only", 10, priority, list(addresses))).start()
    r1.wait_state(10, MASTER, 15)
    r2.wait_state(10, BACKUP, 15)


def test_a_virtual_address_on_lo(lab, r1, r2):
    """A master may have an address on any interface."""
    settle(r1, r2, f"{VIP}/24", f"{ON_LO}/32 dev lo")
    wait_until(lambda: ON_LO in r1.addresses("lo"), 5, r1.keepalived.said)
    await_missing(lab, r1)
    assert r1.state(10) == MASTER
    assert_only_the_canary(r1, MISSING)


def test_a_backup_that_is_a_real_server(lab, r1, r2):
    """What a backup has on lo is a real server's; on eth0 it would be wrong."""
    settle(r1, r2, f"{VIP}/24")
    r2.ip("addr", "add", f"{VIP}/32", "dev", "lo")
    r2.ip("addr", "add", f"{NOWHERE}/24", "dev", "eth0")
    ours, theirs = Sender(r2), lab.stranger("192.168.1.9/24")
    lab.on_exit(ours.close)
    ours.send(frame_v4(r2.address, vrrp_v2(CANARY, 90, [NOWHERE])))
    await_canary(r2, ON_BACKUP, (theirs, frame_v4("192.168.1.9", vrrp_v2(CANARY, 120, [NOWHERE]))))
    assert r2.state(10) == BACKUP
    assert_only_the_canary(r2, ON_BACKUP)


def test_two_clusters_of_one_vrid(lab, r1, r2):
    """Another password, other addresses, both masters: that is told, but nobody lacks the other's address."""
    for router, word, address in ((r1, "first", VIP), (r2, "second", "192.168.1.21")):
        router.add_keepalived(Instance("only", 10, 120, [f"{address}/24"], password=word)).start()
    for router in (r1, r2):
        router.wait_state(10, MASTER, 15)
        wait_until(lambda at=router: raised(at, "split_brain") and raised(at, "addresses_differ"), 10,
                   router.collectd.said)
        await_missing(lab, router)
        assert_only_the_canary(router, MISSING)
