# SPDX-License-Identifier: MIT
"""Traps at real takeovers and at real faults, as snmptrapd receives them; beside what
keepalived's own SNMP sends of the same takeover."""

import pytest

from lab import MASTER, Instance, Lab, wait_until
from lab.daemon import Daemon
from lab.snmp import parse
from lab.wire import frame_v4, vrrp_v2

TRAP_OID = "1.3.6.1.6.3.1.1.4.1.0"  # snmpTrapOID.0
NEW_MASTER = "1.3.6.1.2.1.68.0.1"  # vrrpTrapNewMaster
AUTH_FAILURE = "1.3.6.1.2.1.68.0.2"  # vrrpTrapAuthFailure
V3_NEW_MASTER = "1.3.6.1.2.1.207.0.1"  # vrrpv3NewMaster
V3_PROTO_ERROR = "1.3.6.1.2.1.207.0.2"  # vrrpv3ProtoError
HA = "1.3.6.1.4.1.8072.9999.9999.112"  # COLLECTD-HA-MIB
HA_PROBLEM, HA_NEW_MASTER, HA_MASTER_LOST = f"{HA}.0.1", f"{HA}.0.3", f"{HA}.0.4"
V2_VRID, V3_VRID = 10, 40
STRANGER = "192.168.1.66"
SOON = 5

SNMPD = """\
agentaddress udp:127.0.0.1:161
rocommunity public
master agentx
agentxsocket unix:{agentx}
agentxperms 0777 0777
trap2sink 127.0.0.1:162 public
"""


class Traps:
    """snmptrapd on a router's loopback."""

    def __init__(self, lab, router):
        self._daemon = lab.manage(Daemon(
            router.argv("snmptrapd", "-f", "-Lo", "-On", "-Oe", "-Ot", "-m", "", "-C",
                        "--disableAuthorization=yes", "127.0.0.1:162"),
            router.directory / "trapd.log"))
        self._daemon.start()

    def of(self, oid):
        """The variable bindings of each trap of this kind: [{OID: (type, value)}]."""
        binds = [parse("\n".join(line.strip().split("\t")))
                 for line in self._daemon.said().splitlines() if TRAP_OID in line]
        return [b for b in binds if b.get(TRAP_OID, ("", ""))[1] == f".{oid}"]

    def wait(self, oid, wanted=lambda trap: True, timeout=SOON):
        """The first trap of this kind that is wanted, its two leading bindings taken off."""
        wait_until(lambda: any(map(wanted, self.of(oid))), timeout, self._daemon.said)
        trap = next(filter(wanted, self.of(oid)))
        return {name: value for name, value in trap.items()
                if name not in (TRAP_OID, "1.3.6.1.2.1.1.3.0")}


def build(lab, own_snmp):
    """r1 (120) and r2 (100), a virtual router of each version, traps of r2."""
    pair = []
    for label, priority, host in (("r1", 120, 2), ("r2", 100, 3)):
        router = lab.router(label, f"192.168.1.{host}/24")
        router.traps = Traps(lab, router)
        agentx = router.directory / "agentx"
        router.add_snmpd(whole=SNMPD.format(agentx=agentx)).start().ready()
        router.add_keepalived(
            Instance("two", V2_VRID, priority, ["192.168.1.1/24"], password="fake-pw1"),
            Instance("three", V3_VRID, priority, ["192.168.1.40/24"], version=3, interval=0.2),
            own_snmp=agentx if own_snmp else None)
        if own_snmp:
            text = router.keepalived.configuration()
            router.keepalived.configuration = lambda text=text: text.replace(
                "global_defs {", "global_defs {\n    enable_traps", 1)
        else:
            router.add_collectd(profiles=("vrrp-mib", "vrrpv3-mib", "collectd-ha-mib"))
            router.collectd.start().ready()
        router.keepalived.start()
        pair.append(router)
    return pair


def objects(trap):
    """The columns of a trap's bindings, without the instances."""
    known = ("1.3.6.1.2.1.68.1.3.1.7", "1.3.6.1.2.1.207.1.1.1.1.3", "1.3.6.1.2.1.207.1.2.5.1.2")
    return sorted(next((c for c in known if name.startswith(f"{c}.")), name) for name in trap)


def is_master(router, vrid):
    """Its virtual address is on it."""
    return f"192.168.1.{1 if vrid == V2_VRID else vrid}" in router.addresses("eth0")


def take_over(r1, r2):
    """r1's keepalived stops, r2 becomes master of both."""
    for vrid in (V2_VRID, V3_VRID):
        wait_until(lambda: is_master(r1, vrid) and not is_master(r2, vrid), 20, "r1 is no master")
    r1.keepalived.stop()
    for vrid in (V2_VRID, V3_VRID):
        wait_until(lambda: is_master(r2, vrid), 10, "r2 is no master")


@pytest.fixture(scope="module")
def theirs(stage):
    """{trap: its objects} of the same takeover with keepalived's own SNMP."""
    with Lab(stage) as lab:
        r1, r2 = build(lab, own_snmp=True)
        take_over(r1, r2)
        return {oid: objects(r2.traps.wait(oid)) for oid in (NEW_MASTER, V3_NEW_MASTER)}


@pytest.fixture(scope="module")
def ours(theirs, stage):
    """The routers after a takeover, with our traps; one lab after the other."""
    del theirs
    with Lab(stage) as lab:
        r1, r2 = build(lab, own_snmp=False)
        r2.wait_state(V2_VRID, 2, 15)
        take_over(r1, r2)
        r2.wait_state(V2_VRID, MASTER, 10)
        yield r1, r2


def test_a_takeover_of_version_2(ours):
    _, r2 = ours
    trap = r2.traps.wait(NEW_MASTER)
    name = f"1.3.6.1.2.1.68.1.3.1.7.{r2.eth0}.{V2_VRID}"
    assert trap == {name: ("IpAddress", "192.168.1.3")}


def test_a_takeover_of_version_3(ours):
    """master address and the reason: the old master's priority 0 (priority(1))."""
    _, r2 = ours
    at = f"{r2.eth0}.{V3_VRID}.1"
    trap = r2.traps.wait(V3_NEW_MASTER, lambda t: any(n.endswith(at) for n in t))
    assert trap == {
        f"1.3.6.1.2.1.207.1.1.1.1.3.{at}": ("Hex-STRING", "C0 A8 01 03"),
        f"1.3.6.1.2.1.207.1.2.5.1.2.{at}": ("INTEGER", "1")}


def test_the_same_objects_as_keepalived(ours, theirs):
    """Each trap has the objects that keepalived's own SNMP sends of such a takeover."""
    for oid, wanted in theirs.items():
        assert objects(ours[1].traps.wait(oid)) == wanted


def test_our_own_takeover(ours):
    """Both the old master's end and the new one's beginning, with a text for people."""
    _, r2 = ours
    trap = r2.traps.wait(HA_NEW_MASTER, lambda t: "192.168.1.3" in str(t) or "C0 A8 01 03" in str(t))
    assert any("is master" in value or "master" in value for _, value in trap.values()), trap
    assert any(name.startswith(f"{HA}.1.1.1.9.") and value == "100"
               for name, (_, value) in trap.items()), trap


def test_no_master(ours):
    """Nobody is left: r1 is stopped, r2 killed."""
    r1, r2 = ours
    r1.traps.of(HA_MASTER_LOST)
    r2.keepalived.kill()
    trap = r1.traps.wait(HA_MASTER_LOST, timeout=10)
    assert any("nobody has taken over" in value for _, value in trap.values()), trap
    r2.keepalived.start()
    r2.wait_state(V2_VRID, MASTER, 15)


@pytest.fixture(scope="module")
def stranger(ours):
    """A third machine that sends what it likes."""
    return ours[0].lab.stranger(f"{STRANGER}/24")


def test_an_invalid_authentication_type(ours, stranger):
    """vrrpTrapPacketSrc and vrrpTrapAuthErrorType invalidAuthType(1)."""
    _, r2 = ours
    stranger.send(frame_v4(STRANGER, vrrp_v2(V2_VRID, 50, ["192.168.1.1"], auth=(77, b""))))
    assert r2.traps.wait(AUTH_FAILURE, lambda t: ("INTEGER", "1") in t.values()) == {
        "1.3.6.1.2.1.68.1.5.0": ("IpAddress", STRANGER),
        "1.3.6.1.2.1.68.1.6.0": ("INTEGER", "1")}


def test_another_authentication_type(ours, stranger):
    """A speaker without a password beside one with it: authTypeMismatch(2)."""
    _, r2 = ours
    stranger.send(frame_v4(STRANGER, vrrp_v2(V2_VRID, 50, ["192.168.1.1"])))
    trap = r2.traps.wait(AUTH_FAILURE, lambda t: ("INTEGER", "2") in t.values())
    assert trap["1.3.6.1.2.1.68.1.5.0"] == ("IpAddress", STRANGER)


def test_a_wrong_ttl(ours, stranger):
    """vrrpv3ProtoError with ipTtlError(1), once although many come."""
    _, r2 = ours
    advert = vrrp_v2(V2_VRID, 50, ["192.168.1.1"])
    for _ in range(20):
        stranger.send(frame_v4(STRANGER, advert, ttl=1))
    trap = r2.traps.wait(V3_PROTO_ERROR)
    assert list(trap.values()) == [("INTEGER", "1")]
    assert len(r2.traps.of(V3_PROTO_ERROR)) == 1


def test_a_split_brain(ours, stranger):
    """A second master that does not give way is a problem, named in the trap.

    It speaks rarely: keepalived puts off its own advert at each one that it refuses.
    """
    _, r2 = ours
    advert = frame_v4(STRANGER, vrrp_v2(V2_VRID, 99, ["192.168.1.1"]))

    def seen():
        stranger.send(advert)
        return any("split" in str(t).lower() for t in r2.traps.of(HA_PROBLEM))

    wait_until(seen, 15, lambda: r2.traps.of(HA_PROBLEM), 1.6)
