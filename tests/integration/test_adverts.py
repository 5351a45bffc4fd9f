# SPDX-License-Identifier: MIT
"""Adverts that a daemon in service sends or takes, though a strict reader would refuse them, and
adverts that are refused: each leaves its trace on the router, the backup and a host that only
listens, in values, VRRP-MIB, VRRPV3-MIB and our own."""

import pytest

from lab import BACKUP, INITIALIZE, MASTER, Instance, Lab, PASSWORD, oids, stays, wait_until
from lab.wire import frame_v4, vrrp_v2, vrrp_v3

AH, SIX, FAR, HMAC, HMAC3, OLD, UNKNOWN, OWNED, OTHER = 51, 61, 71, 81, 82, 91, 101, 111, 121  # VRIDs
STRANGER = "192.168.1.66"
EXTENSION = bytes([1, 1, 0, 0]) + bytes(24)  # of keepalived's auth_hmac
OURS = "1.3.6.1.4.1.8072.9999.9999.112.1.1.1"
OUR_STATE, OUR_AUTH, OUR_REJECTION = (f"{OURS}.{column}" for column in (5, 17, 18))
OUR_PROBLEM = "1.3.6.1.4.1.8072.9999.9999.112.1.2.1.2"
FALSE_OWNER, NO_LINK_LOCAL, TWO_OWNERS = 9, 14, 16  # of ChVrrpProblem
OUR_REJECTED = "1.3.6.1.4.1.8072.9999.9999.112.1.4.1.2"
PROFILES = ("vrrp-mib", "vrrpv3-mib", "collectd-ha-mib")


def instances(priority):
    """An IP authentication header, IPv6 without a link-local address, and a peer far away."""
    return (Instance("ah", AH, priority, ["192.168.1.51/24"], password=PASSWORD, auth="AH"),
            Instance("six", SIX, priority, ["2001:db8::61/64"], version=3),
            Instance("far", FAR, priority - 50, ["192.168.1.71/24"],
                     unicast=(f"192.168.1.{2 if priority > 100 else 3}", STRANGER)))


@pytest.fixture(scope="module")
def three(stage):
    """r1 (120) and r2 (100) with keepalived, and r3 that only listens."""
    with Lab(stage) as lab:
        r1, r2, r3 = (lab.router(f"r{i}", f"192.168.1.{i + 1}/24") for i in (1, 2, 3))
        for router, priority in ((r1, 120), (r2, 100)):
            router.add_keepalived(*instances(priority))
        for router in (r1, r2, r3):
            router.monitor(profiles=PROFILES)
        for router in (r1, r2):
            router.keepalived.start()
        yield r1, r2, r3


@pytest.fixture(scope="module")
def stranger(three):
    """A fourth machine that can send anything."""
    return three[0].lab.stranger(f"{STRANGER}/24")


def ours(router, column, vrid, family=1):
    """A cell of chVrrpTable; family: 1 IPv4, 2 IPv6."""
    return router.snmp.get(f"{column}.0.{router.eth0}.{family}.{vrid}")


def rejected(router, vrid, reason, family=1):
    """chVrrpRejectedCount: how many of its adverts were rejected for a reason of ChVrrpRejection."""
    return router.snmp.get(f"{OUR_REJECTED}.0.{router.eth0}.{family}.{vrid}.{reason}")


def value(router, vrid, what, family="ipv4"):
    """A value of a virtual router, or None; of vrrp_master how many there are."""
    found = router.collectd.values(f"/vrrp-eth0-{family}-{vrid}/{what}$")
    absent = 0 if what.startswith("vrrp_problem") else None  # it never was
    return next((pairs.get("value", pairs.get("masters")) for pairs in found.values()), absent)


def wait_all(routers, seen, wanted):
    """Waits until each router shows what is wanted of it."""
    for router, right in zip(routers, wanted, strict=True):
        wait_until(lambda: seen(router) == right, 10,
                   lambda: f"{router.label}: {seen(router)}, not {right}\n"
                           f"{router.collectd.said()[-3000:]}")


def test_ip_authentication_header(three):
    """keepalived's auth_type AH: router, backup and observer, in both MIBs and the values."""
    wait_all(three, lambda router: router.state(AH), (MASTER, BACKUP, INITIALIZE))
    wait_all(three, lambda router: ours(router, OUR_STATE, AH), (4, 3, 1))
    wait_all(three, lambda router: value(router, AH, "vrrp_master"), (1, 1, 1))
    for router in three:
        assert router.snmp.get(f"{oids.OPER_AUTH_TYPE}.{router.index(AH)}") == 3
        assert ours(router, OUR_AUTH, AH) == 3
        assert router.snmp.get(f"{oids.OPER_MASTER}.{router.index(AH)}") == three[0].address
    # Those of version 2 are in VRRPV3-MIB, too.
    wait_all(three, lambda router: router.snmp.get(f"{oids.V3_STATUS}.{router.eth0}.{AH}.1"),
             (MASTER, BACKUP, INITIALIZE))
    wait_all(three, lambda router: value(router, AH, "vrrp_state"), (3, 2, 0))


def test_ipv6_list_without_a_link_local_address(three):
    """Taken, and told as a problem."""
    def status(router):
        return router.snmp.get(f"{oids.V3_STATUS}.{router.eth0}.{SIX}.2")
    wait_all(three, status, (MASTER, BACKUP, INITIALIZE))
    wait_all(three, lambda router: value(router, SIX, "vrrp_state", "ipv6"), (3, 2, 0))
    wait_all(three, lambda router: value(router, SIX, "vrrp_problem-no_link_local", "ipv6"), (1, 1, 1))
    wait_all(three, lambda router: ours(router, OUR_STATE, SIX, 2), (4, 3, 1))
    for router in three:
        assert not rejected(router, SIX, 14, 2)
        assert ours(router, OUR_PROBLEM, f"{SIX}.{NO_LINK_LOCAL}", 2) == 1


def test_unicast_from_behind_a_router(three, stranger):
    """TTL 254: keepalived takes it and becomes backup, and so it is shown; 250 is farther than usual."""
    r1 = three[0]
    port_mac = r1.ip("-o", "link", "show", "dev", "eth0").split("link/ether ")[1].split()[0]

    def advert(ttl):
        stranger.send(frame_v4(STRANGER, vrrp_v2(FAR, 200, ["192.168.1.71"]), ttl=ttl,
                               destination=r1.address, to=port_mac))
        return value(r1, FAR, "vrrp_state") == 2

    wait_until(lambda: advert(254), 10, lambda: r1.collectd.said()[-3000:])
    stays(lambda: advert(254), 2, lambda: r1.keepalived.said()[-2000:])
    assert r1.snmp.get(f"{oids.OPER_MASTER}.{r1.index(FAR)}") == STRANGER
    assert value(r1, FAR, "vrrp_problem-ttl_unusual") == 0
    advert(250)
    wait_until(lambda: value(r1, FAR, "vrrp_problem-ttl_unusual") == 1, 3, r1.collectd.said)


HEARD = {
    "hmac-v2": (HMAC, frame_v4(STRANGER, vrrp_v2(HMAC, 150, ["192.168.1.81"]) + EXTENSION)),
    "hmac-v3": (HMAC3, frame_v4(STRANGER, vrrp_v3(STRANGER, HMAC3, 150, ["192.168.1.82"]) + EXTENSION)),
}


@pytest.mark.parametrize("name", HEARD)
def test_hmac_extension(three, stranger, name):
    """keepalived's auth_hmac is the authentication that it is; VRRP-MIB has no number for it."""
    vrid, frame = HEARD[name]

    def shown(router):
        stranger.send(frame)
        return ours(router, OUR_AUTH, vrid), value(router, vrid, "vrrp_master")
    wait_all(three, shown, [(4, 1)] * 3)
    for router in three:
        assert router.snmp.get(f"{oids.OPER_AUTH_TYPE}.{router.index(vrid)}") is None
        assert router.snmp.get(f"{oids.V3_STATUS}.{router.eth0}.{vrid}.1") is not None
        assert not rejected(router, vrid, 8)


REJECTED = {
    "auth_type": (UNKNOWN, frame_v4(STRANGER, vrrp_v2(UNKNOWN, 150, ["192.168.1.101"], auth=(77, b"")) + bytes(12)),
                  12),
    "ttl": (OLD, frame_v4(STRANGER, vrrp_v2(OLD, 150, ["192.168.1.91"]), ttl=64), 5),
}


@pytest.mark.parametrize("name", REJECTED)
def test_only_rejected(three, stranger, name):
    """Nothing is known but that, and it has its row; the standard MIBs have no place for it."""
    vrid, frame, reason = REJECTED[name]
    stranger.send(frame, frame, frame)

    def shown(router):
        return ours(router, OUR_STATE, vrid), ours(router, OUR_REJECTION, vrid), rejected(router, vrid, reason)
    wait_all(three, shown, [(5, reason, 3)] * 3)
    for router in three:
        assert router.state(vrid) is None
        assert router.snmp.get(f"{oids.V3_STATUS}.{router.eth0}.{vrid}.1") is None
        assert value(router, vrid, "vrrp_master") is None


def test_reasons_that_alternate(three, stranger):
    """The last rejection is that of the last advert, and each reason has its count."""
    bad = bytearray(vrrp_v2(OTHER, 150, ["192.168.1.121"]))
    bad[6] ^= 0x5A
    frames = {5: frame_v4(STRANGER, vrrp_v2(OTHER, 150, ["192.168.1.121"]), ttl=64), 10: frame_v4(STRANGER, bytes(bad))}
    for number, reason in enumerate((5, 10, 5, 10)):
        stranger.send(frames[reason])

        def shown(router, count=number // 2 + 1, reason=reason):
            return ours(router, OUR_REJECTION, OTHER), rejected(router, OTHER, reason)
        if number > 0:  # one alone may be forged
            wait_all(three, shown, [(reason, number // 2 + 1)] * 3)


def test_an_owner_that_does_not_own(three, stranger):
    """Priority 255 from an address that is not listed is a note; two that say so are a failure."""
    def problem(router, name, number):
        return value(router, OWNED, f"vrrp_problem-{name}"), ours(router, OUR_PROBLEM, f"{OWNED}.{number}") or 0

    def shown(*sources):
        def look(router):
            for source in sources:
                stranger.send(frame_v4(source, vrrp_v2(OWNED, 255, ["192.168.1.111"])))
            return problem(router, "false_owner", FALSE_OWNER), problem(router, "two_owners", TWO_OWNERS)
        return look
    wait_all(three, shown(STRANGER), [((1, 1), (0, 0))] * 3)
    wait_all(three, shown(STRANGER, "192.168.1.67"), [((1, 1), (1, 1))] * 3)


def test_the_line_names_the_key(lab):
    """A rejected advert's line says which key would accept it."""
    router = lab.router("r1", "192.168.1.2/24")
    router.add_collectd(profiles=(), load=("vrrp",), vrrp="  UnicastMinimumTTL 255\n  RequirePseudoHeader true")
    router.collectd.start().ready()
    stranger = lab.stranger(f"{STRANGER}/24")
    mac = router.ip("-o", "link", "show", "dev", "eth0").split("link/ether ")[1].split()[0]
    bare = bytearray(vrrp_v3(STRANGER, OLD, 150, ["192.168.1.91"]))
    message = vrrp_v2(OLD, 150, ["192.168.1.91"])
    bare[:8] = bytes([0x31]) + message[1:4] + bytes([0, 100, 0, 0])
    total = sum(int.from_bytes(bare[i:i + 2], "big") for i in range(0, len(bare), 2))
    bare[6:8] = (~((total & 0xFFFF) + (total >> 16)) & 0xFFFF).to_bytes(2, "big")
    stranger.send(frame_v4(STRANGER, message, ttl=254, destination=router.address, to=mac),
                  frame_v4(STRANGER, bytes(bare)))
    for key in ("UnicastMinimumTTL", "RequirePseudoHeader"):
        wait_until(lambda: key in router.collectd.said(), 4, router.collectd.said)
