# SPDX-License-Identifier: MIT
"""Traps at real takeovers and at real faults, as snmptrapd receives them; beside what
keepalived's own SNMP sends of the same takeover."""

import pytest

from lab import MASTER, Instance, Lab, wait_until
from lab.daemon import Daemon
from lab.snmpd import Snmpd
from lab.snmp import parse
from lab.wire import frame_v4, vrrp_v2
from monitors import GROUP_ENTRY, INSTANCE_ENTRY, MASTER as IS_MASTER, ROUTER_ID
from test_mib_compare import OWN_PORT
from test_monitors import configuration, set_priority

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

    def __init__(self, lab, router, port=162):
        self._daemon = lab.manage(Daemon(
            router.argv("snmptrapd", "-f", "-Lo", "-On", "-Oe", "-Ot", "-m", "", "-C",
                        "--disableAuthorization=yes", f"127.0.0.1:{port}"),
            router.directory / f"trapd-{port}.log"))
        self._daemon.start()
        wait_until(lambda: "NET-SNMP version" in self._daemon.said(), 10, "snmptrapd's start")

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


KEEPALIVED_TRAPS = {  # of KEEPALIVED-MIB: its name's column, its state's, and all the others of OBJECTS
    "1.3.6.1.4.1.9586.100.5.2.10.0.1": (f"{GROUP_ENTRY}.2", f"{GROUP_ENTRY}.3", []),
    "1.3.6.1.4.1.9586.100.5.2.10.0.2": (f"{INSTANCE_ENTRY}.2", f"{INSTANCE_ENTRY}.4", [f"{INSTANCE_ENTRY}.5"]),
}
NAMES = (("1.3.6.1.4.1.9586.100.5.2.10.0.1", "G"), *(("1.3.6.1.4.1.9586.100.5.2.10.0.2", name)
                                                    for name in ("web", "db", "edge")))


@pytest.fixture(scope="module", name="both")
def fixture_both(stage):
    """r2 takes over a sync group and an instance: (r2, its traps by keepalived's own SNMP, by ours)."""
    with Lab(stage) as lab:
        r1, r2 = lab.router("r1", "192.168.1.2/24"), lab.router("r2", "192.168.1.3/24")
        own = r2.directory / "own"
        own.mkdir()
        theirs, ours = Traps(lab, r2, 163), Traps(lab, r2)
        lab.manage(Snmpd(r2, own, whole=SNMPD.format(agentx=own / "agentx").replace(
            ":161", f":{OWN_PORT}").replace(":162", ":163"))).start().ready()
        r2.add_snmpd(whole=SNMPD.format(agentx=r2.directory / "agentx")).start().ready()
        text = configuration(100, "BACKUP", None).replace("global_defs {", "global_defs {\n    enable_traps", 1)
        r2.add_keepalived(own_snmp=own / "agentx").configuration = lambda: text
        r1.add_keepalived()
        set_priority(r1, 120)
        r1.keepalived.start()
        r2.keepalived.start()
        r2.add_collectd(vrrp=r2.keepalived_block(), profiles=("vrrp-mib", "keepalived-mib")).start().ready()
        for place in (1, 2, 3):
            wait_until(lambda at=place: r2.snmp.get(f"{INSTANCE_ENTRY}.4.{at}") == 1, 30, r2.collectd.said)
        r1.keepalived.stop()
        yield r2, theirs, ours


def bindings(trap, oid):
    """{column: value} of a trap of KEEPALIVED-MIB, whatever the rows are called."""
    name, state, others = KEEPALIVED_TRAPS[oid]
    known = [name, state, *others, ROUTER_ID]
    found = {}
    for at, (_, value) in trap.items():
        column = next((column for column in known if at == column or at.startswith(f"{column}.")), at)
        found[column] = value.strip('"')
    return found


@pytest.mark.parametrize("oid, name", NAMES, ids=[name for _, name in NAMES])
def test_every_object_of_keepalived_s_traps(both, oid, name):
    """All that the MIB's OBJECTS list, by keepalived's own SNMP and by ours: the same."""
    _, theirs, ours = both
    named, state, others = KEEPALIVED_TRAPS[oid]

    def is_it(trap):
        found = bindings(trap, oid)
        return found.get(named) == name and found.get(state) == str(IS_MASTER)
    sent = [bindings(traps.wait(oid, is_it, 20), oid) for traps in (theirs, ours)]
    assert sent[0] == sent[1]
    assert set(sent[1]) == {named, state, *others, ROUTER_ID}
