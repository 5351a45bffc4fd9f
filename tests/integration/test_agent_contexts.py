# SPDX-License-Identifier: MIT
"""Contexts that come from the data: one block serves any number of namespaces or hosts, by
SNMPv3's -n and by a community each."""

import re
import subprocess
import time

import pytest

from agent_lab import PEN, Machine, text_index
from lab import Daemon, wait_until
from lab.snmpd import V3

ROOT = f"{PEN}.6"
AGENT = f"""
  <Table "gauges">
    Host "*"
    ContextFrom "Hostname"
    <IndexKey>
      Source "PluginInstance"
      Syntax "Integer32"
    </IndexKey>
    <Data "gauge">
      Plugin "hand"
      Type "gauge"
      Syntax "Gauge32"
      OIDs "{ROOT}.1.1"
    </Data>
    <Data "name">
      Plugin "hand"
      Type "gauge"
      Value "Hostname"
      Syntax "DisplayString"
      OIDs "{ROOT}.1.2"
    </Data>
  </Table>
  <Table "namespaces">
    ContextFrom "PluginInstance" "@([a-z0-9]+)$"
    <IndexKey>
      Source "PluginInstance"
      Regex "^([0-9]+)"
      Syntax "Integer32"
    </IndexKey>
    <Data "gauge">
      Plugin "ns"
      Type "gauge"
      Syntax "Gauge32"
      OIDs "{ROOT}.2.1"
    </Data>
  </Table>
  <Table "all hosts in one">
    Host "*"
    <IndexKey>
      Source "PluginInstance"
      Syntax "Integer32"
    </IndexKey>
    <Data "gauge">
      Plugin "hand"
      Type "gauge"
      Syntax "Gauge32"
      OIDs "{ROOT}.3.1"
    </Data>
  </Table>
  <Table "twofold">
    Host "*"
    AlsoContextFrom "Hostname"
    <IndexKey>
      Source "Hostname"
    </IndexKey>
    <Data "who">
      Plugin "both"
      Type "gauge"
      Value "TypeInstance"
      Where "Value" "^1$"
      Syntax "DisplayString"
      OIDs "{ROOT}.4.1"
    </Data>
  </Table>
  <Data "scalar">
    Host "*"
    ContextFrom "Hostname"
    Plugin "alone"
    Type "gauge"
    Syntax "Gauge32"
    OIDs "{ROOT}.5.0"
  </Data>
  <Notification "change">
    Host "*"
    ContextFrom "Hostname"
    Plugin "hand"
    Trap "{ROOT}.0.1"
  </Notification>
"""
# A community a context: what snmpd.conf needs for SNMPv2c.
SNMPD = """\
com2sec -Cn r2 r2 default community-r2
com2sec -Cn blue blue default community-blue
group contexts v2c r2
group contexts v2c blue
view all included .1
access contexts "" v2c noauth prefix all none none
"""


@pytest.fixture(name="machine")
def _machine(stage):
    with Machine(stage, AGENT) as machine:
        machine.snmpd_more.write_text(SNMPD)
        yield machine.start()


def walk_v3(machine, root, context):
    """snmpwalk -n context, the values."""
    done = subprocess.run(machine.ns.argv("snmpwalk", *V3, "-n", context, "-m", "", "-Oqv", "-t", "3",
                                          "127.0.0.1", root),
                          capture_output=True, text=True, timeout=30, check=False)
    return [line for line in done.stdout.splitlines() if not line.startswith("No ")]


def test_by_v3_and_by_v2c(machine):
    """A context a host and a namespace; each shows its own rows, and none those of another."""
    machine.put("hand-1/gauge", 11)
    machine.put("r2/hand-1/gauge", 21)
    machine.put("r2/hand-2/gauge", 22)
    machine.put("ns-7@blue/gauge", 7)
    machine.put("ns-7/gauge", 70)
    wait_until(lambda: walk_v3(machine, f"{ROOT}.1", "r2") == ["21", "22", '"r2"', '"r2"'], 5, machine.said)
    assert walk_v3(machine, f"{ROOT}.1", "r1") == ["11", '"r1"']
    assert walk_v3(machine, f"{ROOT}.2", "blue") == ["7"]
    assert machine.get(f"{ROOT}.1.1.1") is None, "the default context shows no host's"
    assert machine.get(f"{ROOT}.2.1.7") == 70, "what names no namespace is our own"
    assert machine.snmp.value(f"{ROOT}.1.1.2", community="community-r2") == 22
    assert machine.snmp.value(f"{ROOT}.2.1.7", community="community-blue") == 7
    assert machine.snmp.value(f"{ROOT}.1.1.1", community="community-blue") is None


def test_in_one_table_and_each_alone(machine):
    """AlsoContextFrom: a host's rows stand among all, and in its own context; and of two values that
    lead to one instance, the number says whose it is."""
    root = f"{ROOT}.4.1"
    machine.put("both/gauge-a", 1)
    machine.put("r2/both/gauge-a", 1)
    machine.put("r2/both/gauge-b", 0)
    wait_until(lambda: [(bind.oid, bind.value) for bind in machine.snmp.walk(root)]
               == [(f"{root}.{text_index(host)}", b"a") for host in ("r1", "r2")], 5,
               machine.said)
    machine.put("r2/both/gauge-a", 0)
    machine.put("r2/both/gauge-b", 1)
    wait_until(lambda: walk_v3(machine, root, "r2") == ['"b"'], 5, machine.said)
    assert walk_v3(machine, root, "r1") == ['"a"']
    wait_until(lambda: (machine.cached("snmp_agent/snmp_rows-twofold-contexts") or {}).get("value") == 2, 5, machine.said)
    assert "not served" not in machine.collectd.said()


def test_a_context_leaves_with_its_last_row(machine):
    """Registered with the first row, given back with the last, and back again."""
    def held():
        return (machine.cached("snmp_agent/agentx_registrations-held") or {}).get("value")
    wait_until(lambda: held() == 2, 5, machine.said)  # the two tables of all hosts
    for _ in range(2):
        machine.put("r3/hand-1/gauge", 31)
        wait_until(lambda: walk_v3(machine, f"{ROOT}.1", "r3") == ["31", '"r3"'], 5, machine.said)
        wait_until(lambda: held() == 3, 5, machine.said)
        machine.put("r3/hand-1/gauge", 31, interval=1)
        wait_until(lambda: held() == 2, 10, machine.said)
        assert walk_v3(machine, f"{ROOT}.1.1", "r3") == []


def test_two_hosts_in_one_instance(machine):
    """Told once with both identifiers; the row does not change to and fro."""
    for value in (1, 2, 3):
        machine.put("hand-5/gauge", 10 + value)
        machine.put("r2/hand-5/gauge", 20 + value)
        machine.wait_get(f"{ROOT}.3.1.5", 20 + value)
    told = [line for line in machine.collectd.said().splitlines() if "its instance there is" in line]
    assert len(told) == 1 and "r1/hand-5/gauge is not served" in told[0]
    assert "that of r2/hand-5/gauge" in told[0] and '<Table "all hosts in one">' in told[0]


def test_a_scalar_of_each_host(machine):
    """One <Data> is an object in each host's context, and leaves with its value; a GET and a walk find it."""
    machine.put("alone/gauge", 1)
    machine.put("r2/alone/gauge", 2)
    wait_until(lambda: walk_v3(machine, f"{ROOT}.5", "r2") == ["2"], 5, machine.said)
    wait_until(lambda: walk_v3(machine, f"{ROOT}.5", "r1") == ["1"], 5, machine.said)
    assert machine.snmp.value(f"{ROOT}.5.0", community="community-r2") == 2
    assert machine.get(f"{ROOT}.5.0") is None, "the default context shows no host's"
    machine.put("r2/alone/gauge", 2, interval=1)
    wait_until(lambda: walk_v3(machine, f"{ROOT}.5", "r2") == [], 10, machine.said)
    assert walk_v3(machine, f"{ROOT}.5", "r1") == ["1"]


class Informed:
    """A receiver of SNMPv3 informs that shows each packet: [octets] of those that came."""

    SESSION = "trapsess -Ci -v 3 -u plain -l noAuthNoPriv 127.0.0.1:1162\n"

    def __init__(self, machine):
        conf = machine.directory / "snmptrapd.conf"
        conf.write_text("createUser plain\nauthUser log plain noauth\n")
        self.daemon = Daemon(machine.ns.argv("snmptrapd", "-f", "-Lo", "-On", "-d", "-m", "", "-C", "-c", conf, "127.0.0.1:1162"),
                             machine.directory / "snmptrapd.log", {"SNMP_PERSISTENT_DIR": str(machine.directory / "trapd")})

    def packets(self):
        """What came, as octets."""
        dumps = re.findall(r"^Received \d+ byte packet.*\n((?:\d{4}: .*\n)+)", self.daemon.said(), re.M)
        return [bytes.fromhex("".join(line[6:56] for line in dump.splitlines())) for dump in dumps]


def test_a_notification_has_its_context(stage):
    """snmpd hands it on to who is told by SNMPv3: in the scoped PDU, behind the engine's identifier, before the
    inform. (A notification of SNMPv1 and v2c has no place for it.)"""
    with Machine(stage, AGENT) as machine:
        informed = Informed(machine)
        informed.daemon.start()
        try:
            wait_until(lambda: "NET-SNMP version" in informed.daemon.said(), 10, informed.daemon.said)
            machine.snmpd_more.write_text(SNMPD + informed.SESSION)
            machine.start()
            for host in ("r2", "r3"):
                machine.collectd.ask(f'PUTNOTIF severity=okay time={int(time.time())} host={host} plugin=hand type=gauge message="m"')
                wanted = b"\x04\x02" + host.encode() + b"\xa6"  # the context's name; an InformRequest
                wait_until(lambda w=wanted: any(w in packet for packet in informed.packets()), 10, informed.daemon.said)
        finally:
            informed.daemon.kill()
