# SPDX-License-Identifier: MIT
"""What collectd's own plugins give in the places of snmpd's own modules, beside a second snmpd that
answers by those modules: IF-MIB, UCD-SNMP-MIB, HOST-RESOURCES-MIB."""

import pytest

from agent_lab import MIBS, Machine
from agent_snmp import V1, Asker
from lab import Snmpd, wait_until
from lab.snmp import command, parse
from lab.snmpd import V3

NET_SNMP_MIBS = "/usr/share/snmp/mibs"  # which snmpd brings along: UCD-SNMP-MIB
IF = "1.3.6.1.2.1.2.2.1"  # ifEntry
UCD = "1.3.6.1.4.1.2021"
HOST = "1.3.6.1.2.1.25.1"
MODULES = "1.3.6.1.4.1.8072.1.2.1.1.4"  # nsModuleName: what subagents registered


AGENT = f"""
  <Table "ifTable">
    <IndexKey>
      Source "PluginInstance"
      Map "ifIndex"
      Syntax "Integer32"
    </IndexKey>
    <Data "octets">
      Plugin "interface"
      Type "if_octets"
      Syntax "Counter32"
      OIDs "{IF}.10" "{IF}.16"
    </Data>
    <Data "errors">
      Plugin "interface"
      Type "if_errors"
      Syntax "Counter32"
      OIDs "{IF}.14" "{IF}.20"
    </Data>
  </Table>
  <Data "laLoad">
    Plugin "load"
    Type "load"
    Format "%.2f"
    Syntax "DisplayString"
    OIDs "{UCD}.10.1.3.1" "{UCD}.10.1.3.2" "{UCD}.10.1.3.3"
  </Data>
  <Data "laLoadInt">
    Plugin "load"
    Type "load"
    Scale 100
    Syntax "Integer32"
    OIDs "{UCD}.10.1.5.1" "{UCD}.10.1.5.2" "{UCD}.10.1.5.3"
  </Data>
  <Data "memAvailReal">
    Plugin "memory"
    Type "memory"
    TypeInstance "free"
    Scale 0.0009765625
    OIDs "UCD-SNMP-MIB::memAvailReal.0"
  </Data>
  <Data "memBuffer">
    Plugin "memory"
    Type "memory"
    TypeInstance "buffered"
    Scale 0.0009765625
    OIDs "UCD-SNMP-MIB::memBuffer.0"
  </Data>
  <Data "hrSystemUptime">
    Plugin "uptime"
    Type "uptime"
    Scale 100
    Syntax "TimeTicks"
    OIDs "{HOST}.1.0"
  </Data>
  <Data "hrSystemNumUsers">
    Plugin "users"
    Type "users"
    Syntax "Gauge32"
    OIDs "{HOST}.5.0"
  </Data>
"""
# Where, and by how much a number may differ: what moves is read at another moment, a load average is
# cut off there and rounded here.
EXACT, CUT_OFF, MOVES = (0, 0), (1, 0), (0, 0.2)  # by itself, by a part of it
PLACES = {
    **{f"{name}.{{eth7}}": (f"{IF}.{column}.{{eth7}}", EXACT)
       for name, column in (("ifInOctets", 10), ("ifOutOctets", 16), ("ifInErrors", 14), ("ifOutErrors", 20))},
    **{f"laLoad.{row}": (f"{UCD}.10.1.3.{row}", EXACT) for row in (1, 2, 3)},
    **{f"laLoadInt.{row}": (f"{UCD}.10.1.5.{row}", CUT_OFF) for row in (1, 2, 3)},
    "memAvailReal.0": (f"{UCD}.4.6.0", MOVES),
    "memBuffer.0": (f"{UCD}.4.14.0", MOVES),
    "hrSystemUptime.0": (f"{HOST}.1.0", MOVES),
    "hrSystemNumUsers.0": (f"{HOST}.5.0", EXACT),
}


class Beside(Machine):
    """A Machine with a second snmpd, of its own modules alone."""

    def __init__(self, stage, *args, **kwargs):
        super().__init__(stage, *args, **kwargs)
        self.collectd.env["MIBDIRS"] = f"{MIBS}:{NET_SNMP_MIBS}"
        self.ns.run("ip", "link", "add", "eth7", "type", "veth", "peer", "name", "eth8")
        for name in ("eth7", "eth8"):
            self.ns.run("ip", "link", "set", name, "up")
        directory = self.directory / "own"
        directory.mkdir()
        self.own = Snmpd(self.ns, directory, whole="agentaddress udp:127.0.0.1:1161\nrocommunity public\n")
        self._exit.callback(self.own.kill)
        self.theirs = Asker(self.ns, port=1161)
        self._exit.callback(self.theirs.close)

    def start(self, snmpd=True):
        self.own.start()
        wait_until(lambda: "NET-SNMP version" in self.own.said(), 10, self.own.said)
        return super().start(snmpd)

    def registered(self, oid):
        """True if our agent has the instance."""
        return any(f".{oid}." in f"{name}." for name in self.snmp.rows(MODULES))


@pytest.fixture(scope="module", name="beside")
def _beside(stage):
    with Beside(stage, AGENT, plugins=("interface", "load", "memory", "uptime", "users")) as machine:
        yield machine.start()


def is_close(ours, theirs, most):
    """The same, or a number that is nearly the same."""
    if ours is None or theirs is None or most == EXACT:
        return ours is not None and ours == theirs
    return abs(ours - theirs) <= max(most[0], most[1] * max(ours, theirs))


@pytest.mark.parametrize("name", PLACES)
def test_it_equals_snmpds_own(beside, name):
    """Ours is registered there, and shows what snmpd's module shows; by get, walk, bulk, v1 and v3."""
    index = beside.ns.run("cat", "/sys/class/net/eth7/ifindex").strip()
    oid, most = PLACES[name][0].format(eth7=index), PLACES[name][1]
    wait_until(lambda: beside.registered(oid), 10, lambda: f"{beside.snmp.rows(MODULES)}\n{beside.said()}")
    wait_until(lambda: is_close(beside.snmp.quiet(oid), beside.theirs.quiet(oid), most), 30,
               lambda: f"{beside.snmp.quiet(oid)} is not {beside.theirs.quiet(oid)}\n{beside.said()}", 0.1)
    tag = beside.theirs.get(oid).binds[0].tag
    column = oid.rpartition(".")[0]
    walked = {bind.oid: bind.tag for bind in beside.snmp.walk(column)}
    assert walked == {bind.oid: bind.tag for bind in beside.snmp.bulkwalk(column)}
    assert walked == {bind.oid: bind.tag for bind in beside.snmp.walk(column, version=V1)}
    assert walked[oid] == tag == beside.snmp.get(oid, version=V1).binds[0].tag
    kind, _ = parse(command(beside.ns, "snmpget", oid, auth=V3))[oid]
    assert kind == parse(command(beside.ns, "snmpget", oid))[oid][0]


# --- what puppet's module for collectd writes unless it is told otherwise --------

PUPPET = """
  <Data "memAvailReal">
    Plugin "memory"
    Type "memory"
    TypeInstance "free"
    OIDs "1.3.6.1.4.1.2021.4.6.0"
  </Data>
  <Table "ifTable">
    IndexOID "IF-MIB::ifIndex"
    SizeOID "IF-MIB::ifNumber"
    <Data "ifDescr">
      <IndexKey>
        Source "PluginInstance"
      </IndexKey>
      Plugin "interface"
      OIDs "IF-MIB::ifDescr"
    </Data>
    <Data "ifOctets">
      Plugin "interface"
      Type "if_octets"
      TypeInstance ""
      OIDs "IF-MIB::ifInOctets" "IF-MIB::ifOutOctets"
    </Data>
  </Table>
"""


def test_puppets_default(stage):
    """It loads, and says the two lines that it lacks: kB, and the kernel's numbers."""
    with Beside(stage, PUPPET, plugins=("interface", "memory")) as machine:
        machine.start()
        said = machine.collectd.complaints(r"\[warning\]")
        assert len([line for line in said if "memAvailReal is in kB in its MIB" in line
                    and "write Scale 0.0009765625" in line]) == 1, said
        assert "has the kernel's numbers of interfaces" in machine.said()
        wait_until(lambda: {b"lo", b"eth7", b"eth8"} <= {b.value for b in machine.snmp.walk(f"{IF}.2")}, 10, machine.said)
        wait_until(lambda: machine.get("1.3.6.1.2.1.2.1.0") == 3, 10, machine.said)
        for column in (1, 2, 10, 16):
            oids = [f"{IF}.{column}.{row}" for row in (1, 2, 3)]
            wait_until(lambda oids=oids: all(map(machine.registered, oids)), 10, machine.said)
            walked = machine.snmp.walk(f"{IF}.{column}")
            assert {bind.oid for bind in walked} >= set(oids)
            assert [bind.oid for bind in machine.snmp.bulkwalk(f"{IF}.{column}")] == [bind.oid for bind in walked]
            for version in (0, 1):
                assert machine.snmp.get(*oids, version=version).error == 0
            assert len(parse(command(machine.ns, "snmpget", *oids, auth=V3))) == 3
