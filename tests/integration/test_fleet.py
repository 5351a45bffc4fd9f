# SPDX-License-Identifier: MIT
"""A central collectd that gets two routers' values by the real network plugin: all of them in one
table indexed by host, each alone in its context, traps that say of which host they are."""

import ipaddress
import re
import subprocess
import time

import pytest

from conftest import ROOT, settle
from agent_lab import text_index
from lab import MASTER, Lab, pair, wait_until
from lab.snmpd import V3
from test_values import OUTAGE, SOME, Between
from test_traps import Traps

CENTRE = "192.168.1.9"
PROFILE = ROOT / "profiles/collectd-ha-fleet.conf"
MIB = "1.3.6.1.4.1.8072.9999.9999.112"
HOST, ROUTER, TEXT, SPEAKERS = f"{MIB}.1.26.0", f"{MIB}.1.27.0", f"{MIB}.1.12.0", f"{MIB}.1.13.0"
A_GAP = Between(900, 3000)
MILLISECONDS = Between(OUTAGE.least, 1000 * OUTAGE.most)
# What the centre says of r1, the master (priority 120), and r2 (100), after a takeover and its way back.
COLUMNS = {
    "chFleetState": (4, 3),
    "chFleetMasters": (1, 1),
    "chFleetMasterPriority": (120, 120),
    "chFleetAdvertInterval": (1000, 1000),
    "chFleetDownInterval": (3531, 3609),
    "chFleetMasterAddress": (bytes([192, 168, 1, 2]), bytes([192, 168, 1, 2])),
    "chFleetIfIndex": ("eth0", "eth0"),  # the interface's on its host
    "chFleetVersion": (2, 2),
    "chFleetAuthType": (2, 2),
    "chFleetLastRejection": (0, 0),
    "chFleetStateSince": (Between(0), Between(0)),
    "chFleetMasterSince": (Between(0), Between(0)),
    "chFleetMasterChanges": (SOME, SOME),
    "chFleetBecameMaster": (SOME, SOME),
    "chFleetLastOutage": (MILLISECONDS, MILLISECONDS),
    "chFleetLargestGap": (A_GAP, A_GAP),
    "chFleetPriority": (120, 100),
    "chFleetAdvertsSent": (SOME, SOME),
    "chFleetAdvertsReceived": (SOME, SOME),
    "chFleetAdvertsMissed": (Between(0), Between(0)),
    "chFleetPriorityZeroSent": (SOME, Between(0)),
    "chFleetPriorityZeroReceived": (Between(0), SOME),
}


def columns(entry):
    """{name: OID} of a table's columns in the profile."""
    found = re.findall(rf'OIDs "({MIB}\.1\.{entry}\.1\.\d+)" # (\w+)$', PROFILE.read_text(), re.M)
    return {name: oid for oid, name in found}


def index(host, *more):
    """The index of VRID 10 on eth0 of a host, over IPv4."""
    return ".".join([text_index(host), text_index("eth0"), "1.10", *more])


class Scene:
    """Two routers and a centre, after r2 was master and r1 is again; the traps of it."""

    def __init__(self, lab):
        self.lab = lab
        self.r1, self.r2 = pair(lab)
        self.centre = lab.router("centre", f"{CENTRE}/24")
        self.traps = Traps(lab, self.centre)
        self.centre.add_snmpd(more="trap2sink 127.0.0.1:162 public\n").start().ready()
        self.centre.add_collectd(load=("snmp_agent",), profiles=("collectd-ha-fleet",), plugins=("network",),
                                 extra=f'<Plugin network>\n  Listen "{CENTRE}"\n</Plugin>').start().ready()
        for router in (self.r1, self.r2):
            router.monitor(vrrp=router.keepalived_block(), plugins=("network",),
                           extra=f'<Plugin network>\n  Server "{CENTRE}"\n</Plugin>')
            router.keepalived.start()
        settle(self.r1, self.r2, vrids=[10])
        self.r1.keepalived.stop()
        self.r2.wait_state(10, MASTER, 6)
        self.r1.keepalived.start()
        settle(self.r1, self.r2, vrids=[10])

    def get(self, name, router, entry=20):
        """One column of a router's VRID 10, by the centre."""
        return self.centre.snmp.get(f"{columns(entry)[name]}.{index(router.label)}")

    def alone(self, host, oid):
        """{OID: value} of a host's own context."""
        done = subprocess.run(self.centre.argv("snmpbulkwalk", *V3, "-n", host, "-m", "", "-On", "-Oe", "-t", "3",
                                               "127.0.0.1", oid), capture_output=True, text=True, timeout=30, check=False)
        return dict(re.findall(r"^\.([\d.]+) = \w[\w-]*: (.*)$", done.stdout, re.M))


@pytest.fixture(scope="module", name="scene")
def fixture_scene(stage):
    """One scene for all tests."""
    with Lab(stage) as lab:
        yield Scene(lab)


def test_none_is_left_out():
    """Each column has its row above, and a centre's configuration is short."""
    assert COLUMNS.keys() == columns(20).keys()
    text = (ROOT / "docs/managers.md").read_text()
    block = re.search(r"the centre's whole collectd.conf.*?```\n(.*?)```", text, re.S)[1]
    assert "collectd-ha-fleet.conf" in block and len(block.splitlines()) < 20


@pytest.mark.parametrize("name", COLUMNS)
def test_column(scene, name):
    """As the router itself knows it."""
    for router, right in zip((scene.r1, scene.r2), COLUMNS[name]):
        wanted = router.eth0 if isinstance(right, str) else right
        wait_until(lambda r=router, w=wanted: w == scene.get(name, r), 15,
                   lambda r=router, w=wanted: f"{r.label}: {scene.get(name, r)}, not {w}", step=0.1)


def test_other_tables(scene):
    """Whether an address is there; a host's own counters; what was rejected."""
    snmp, here = scene.centre.snmp, columns(23)["chFleetAddressHere"]
    vip = "4.192.168.1.1"
    for host, right in (("r1", 1), ("r2", 2)):
        wait_until(lambda h=host, w=right: snmp.get(f"{here}.{index(h, vip)}") == w, 10, scene.centre.collectd.said)
        assert snmp.get(f"{columns(24)['chFleetDroppedFrames']}.{text_index(host)}") == 0
        assert snmp.get(f"{columns(24)['chFleetKeepalivedAnswers']}.{text_index(host)}") == 1
        assert snmp.get(f"{columns(22)['chFleetRejectedCount']}.{index(host, text_index('ttl'))}") == 0


def claims(scene, name, vrid, address, kind="1.4", namespace="0"):
    """{host: what is shown of it} of a column for one virtual router, by the centre."""
    at = f"{columns(25)[name]}.{vrid}.{kind}.{address}.{namespace}"
    return {bytes(map(int, oid[len(at):].split(".")[2:])).decode(): value for oid, (_, value) in scene.centre.walk(at).items()}


def test_who_is_master_of_what(scene):
    """One row for each host that tells of a virtual router, next to each other; of another network's one with
    the same VRID, told here as by a further interface, rows of its own."""
    def claim(host, value):
        scene.r2.collectd.ask(f'PUTVAL "{host}/vrrp-eth7-ipv4-10/vrrp_claim-10-192.168.7.1" interval=30 N:{value}')
    claim("r2", 1)
    for name, right in (("chFleetClaimMaster", {"r1": "1", "r2": "2"}), ("chFleetClaimHolder", {"r1": '"r1"'}),
                        ("chFleetClaimInterface", {"r1": '"eth0"', "r2": '"eth0"'})):
        wait_until(lambda n=name, w=right: claims(scene, n, 10, "192.168.1.1") == w, 10,
                   lambda n=name: f"{claims(scene, n, 10, '192.168.1.1')}", step=0.2)
    wait_until(lambda: claims(scene, "chFleetClaimHolder", 10, "192.168.7.1") == {"r2": '"r2"'}, 10, scene.centre.collectd.said)
    claim("r3", 1)
    wait_until(lambda: len(claims(scene, "chFleetClaimHolder", 10, "192.168.7.1")) == 2, 10, scene.centre.collectd.said)
    claim("r2", 0)
    wait_until(lambda: claims(scene, "chFleetClaimHolder", 10, "192.168.7.1") == {"r3": '"r3"'}, 10, scene.centre.collectd.said)


def test_who_is_master_in_a_namespace(scene):
    """Over IPv6, in a network namespace of the hosts': the same table, the namespace's name in the index."""
    scene.r2.collectd.ask('PUTVAL "r2/vrrp-eth0@blue-ipv6-10/vrrp_claim-10-2001:db8::1@blue" interval=30 N:1')
    address = ".".join(map(str, ipaddress.ip_address("2001:db8::1").packed))
    for name, right in (("chFleetClaimHolder", '"r2"'), ("chFleetClaimInterface", '"eth0@blue"')):
        wait_until(lambda n=name, w=right: claims(scene, n, 10, address, "2.16", text_index("blue")) == {"r2": w}, 10,
                   scene.centre.collectd.said)


def test_each_host_alone(scene):
    """In the context of its name stand its rows, and those only."""
    state = columns(20)["chFleetState"]
    for host, right in (("r1", "4"), ("r2", "3")):
        wait_until(lambda h=host, w=right: scene.alone(h, state).get(f"{state}.{index(h)}") == w, 10,
                   lambda h=host: f"{scene.alone(h, state)}")
        assert all(f"{state}.{text_index(host)}." in oid for oid in scene.alone(host, state))


def test_traps_say_of_which_host(scene):
    """Each of the two tells the takeover; the centre says who told it, who is master now."""
    address, priority = columns(20)["chFleetMasterAddress"], columns(20)["chFleetMasterPriority"]
    for host in ("r1", "r2"):
        def is_it(trap, told=(HOST, f'"{host}"')):
            return trap.get(told[0], ("", ""))[1] == told[1] and "192.168.1.3" in trap[TEXT][1].split(" is master")[0]
        trap = scene.traps.wait(f"{MIB}.0.20", is_it, timeout=10)
        assert trap[ROUTER][1] == '"eth0-ipv4-10"'
        assert trap[f"{address}.{index(host)}"][1].strip('"').split() == ["C0", "A8", "01", "03"]
        assert trap[f"{priority}.{index(host)}"][1] == "100"


def test_a_problem_and_its_end(scene):
    """A split brain that r2's collectd tells of."""
    active = f"{columns(21)['chFleetProblemActive']}.{index('r2', text_index('split_brain'))}"
    name = 'host=r2 plugin=vrrp plugin_instance=eth0-ipv4-10 type=vrrp_problem type_instance=split_brain'
    for value, severity, words, trap_oid, shown in (
            (1, "failure", "split brain: several masters speak: 192.168.1.2 192.168.1.3", f"{MIB}.0.22", 1),
            (0, "okay", "split brain is over", f"{MIB}.0.23", 2)):
        scene.r2.collectd.ask(f'PUTVAL "r2/vrrp-eth0-ipv4-10/vrrp_problem-split_brain" interval=5 N:{value}')
        scene.r2.collectd.ask(f'PUTNOTIF severity={severity} time={int(time.time())} {name} message="eth0-ipv4-10: {words}"')
        wait_until(lambda s=shown: scene.centre.snmp.get(active) == s, 10, scene.centre.collectd.said)
        trap = scene.traps.wait(trap_oid, lambda trap: active in trap, timeout=10)
        assert trap[active][1] == str(shown) and trap[HOST][1] == '"r2"' and words in trap[TEXT][1]
        assert trap.get(SPEAKERS, ("", "none"))[1] == ('"192.168.1.2 192.168.1.3"' if shown == 1 else "none")


def test_a_host_that_vanishes_leaves(scene):
    """After collectd's Timeout its rows and its context are gone, the other's stay."""
    state = columns(20)["chFleetState"]
    scene.r2.unplug()
    wait_until(lambda: scene.get("chFleetState", scene.r2) is None, 20, scene.centre.collectd.said)
    wait_until(lambda: not scene.alone("r2", MIB), 30, lambda: f"{scene.alone('r2', MIB)}")
    assert scene.get("chFleetState", scene.r1) == 4
    assert scene.alone("r1", state)
    assert not scene.centre.collectd.complaints(r"\[error\]|is not served")
