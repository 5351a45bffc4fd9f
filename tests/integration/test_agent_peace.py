# SPDX-License-Identifier: MIT
"""Beside snmpd's own tables: what a walk shows, a GET shows; rows of snmpd's that we don't have
stay; ours stand in front."""

import pytest

from agent_lab import Machine
from lab import wait_until

IF = "1.3.6.1.2.1.2.2.1"  # ifEntry
IN_OCTETS, OUT_OCTETS = f"{IF}.10", f"{IF}.16"
LOAD = "1.3.6.1.4.1.2021.10.1.5.1"  # laLoadInt.1
MEMORY = "1.3.6.1.4.1.2021.4.6.0"  # memAvailReal.0
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
      OIDs "{IN_OCTETS}" "{OUT_OCTETS}"
    </Data>
  </Table>
  <Data "memAvailReal">
    Plugin "memory"
    Type "memory"
    TypeInstance "free"
    Syntax "Integer32"
    OIDs "{MEMORY}"
  </Data>
"""


@pytest.fixture(name="machine")
def _machine(stage):
    with Machine(stage, AGENT) as machine:
        machine.ns.run("ip", "link", "add", "eth7", "type", "veth", "peer", "name", "eth8")
        machine.start()
        yield machine


def both(machine, root):
    """A walk's values; each must be a GET's, too."""
    walked = machine.snmp.walk(root)
    for bind in walked:
        again = machine.snmp.get(bind.oid).binds[0]
        assert again.tag == bind.tag, f"{bind.oid}: {bind} in a walk, {again} by GET"
    return {bind.oid: bind.value for bind in walked}


def test_rows_stand_side_by_side(machine):
    """snmpd's ifTable has lo, eth7, eth8; we have eth7. Before, with and after our row."""
    index = int(machine.ns.run("cat", "/sys/class/net/eth7/ifindex"))
    before = both(machine, IN_OCTETS)
    assert len(before) == 3, before
    machine.put("interface-eth7/if_octets", 4242, 4343, interval=2)
    machine.wait_get(f"{IN_OCTETS}.{index}", 4242)
    during = both(machine, IN_OCTETS)
    assert during.keys() == before.keys() and during[f"{IN_OCTETS}.{index}"] == 4242
    assert len(both(machine, f"{IF}.2")) == 3, "a column that isn't ours"
    assert machine.get(f"{OUT_OCTETS}.{index}") == 4343
    bulk = {b.oid for b in machine.snmp.bulkwalk(IN_OCTETS)}
    assert bulk == before.keys()
    wait_until(lambda: machine.get(f"{IN_OCTETS}.{index}") is None, 10, machine.said)
    assert both(machine, IN_OCTETS).keys() == before.keys() - {f"{IN_OCTETS}.{index}"}
    machine.put("interface-eth7/if_octets", 4244, 4343)
    machine.wait_get(f"{IN_OCTETS}.{index}", 4244)
    assert both(machine, IN_OCTETS).keys() == before.keys()


def test_what_we_do_not_have_stays_snmpd_s(machine):
    """A scalar that collectd has no value of, then has."""
    assert machine.get(MEMORY) > 0
    machine.put("memory/memory-free", 77)
    machine.wait_get(MEMORY, 77)
    assert [b.value for b in machine.snmp.walk("1.3.6.1.4.1.2021.4.6")] == [77]


def test_it_is_said_once(machine):
    """What is laid over what."""
    said = [line for line in machine.collectd.said().splitlines() if "snmpd may serve" in line]
    assert len(said) == 2, said
    assert '<Table "ifTable">: snmpd may serve IF-MIB' in said[0]
    assert '<Data "memAvailReal">: snmpd may serve UCD-SNMP-MIB' in said[1]


def test_an_interface_that_is_not_here(machine):
    """No number, no row, one line."""
    machine.put("interface-none9/if_octets", 1, 1)
    wait_until(lambda: "part 1 of the index is missing" in machine.said(), 3, machine.said)


# collectd.conf's own example: interfaces numbered by IndexOID, an index written as 5.8 had it.
EXAMPLE = """
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
      Instance true
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


def test_the_example_of_collectd_conf(stage):
    """It loads; each fed column answers in get, walk and bulk, by v1, v2c; it is said that its numbers are
    not snmpd's."""
    with Machine(stage, EXAMPLE) as machine:
        machine.ns.run("ip", "link", "add", "eth7", "type", "veth", "peer", "name", "eth8")
        machine.start()
        assert 'has the kernel\'s numbers of interfaces' in machine.said()
        machine.put("memory/memory-free", 4096)
        machine.put("interface-eth7/if_octets", 1000, 2000)
        machine.put("interface-eth8/if_octets", 3000, 4000)
        machine.wait_get(f"{OUT_OCTETS}.2", 4000)
        want = {f"{IF}.1": [1, 2, 3], f"{IF}.2": [b"eth7", b"eth8"], IN_OCTETS: [1000, 3000], OUT_OCTETS: [2000, 4000]}
        for column, values in want.items():
            assert list(both(machine, column).values())[:2] == values[:2], column
            for version in (0, 1):
                assert machine.snmp.value(f"{column}.1", version=version) == values[0]
            assert [b.value for b in machine.snmp.bulkwalk(column)][:2] == values[:2]
        assert machine.get("1.3.6.1.2.1.2.1.0") == 2
        assert machine.get(MEMORY) == 4096
