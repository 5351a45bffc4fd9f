# SPDX-License-Identifier: MIT
"""What snmp_agent tells of itself: rows, registrations, traps, and why a table is empty."""

import re

from agent_lab import PEN, Machine
from lab import wait_until

AGENT = f"""
  <Table "misspelt">
    <IndexKey>
      Source "PluginInstance"
    </IndexKey>
    <Data "gauge">
      Plugin "hnad"
      Type "gauge"
      Syntax "Gauge32"
      OIDs "{PEN}.8.1.1"
    </Data>
  </Table>
  <Table "filtered">
    Where "PluginInstance" "^none"
    <IndexKey>
      Source "PluginInstance"
    </IndexKey>
    <Data "gauge">
      Plugin "hand"
      Type "gauge"
      Syntax "Gauge32"
      OIDs "{PEN}.8.2.1"
    </Data>
  </Table>
  <Table "without index">
    <IndexKey>
      Source "Meta:ifindex"
      Syntax "Integer32"
    </IndexKey>
    <Data "gauge">
      Plugin "hand"
      Type "gauge"
      Syntax "Gauge32"
      OIDs "{PEN}.8.3.1"
    </Data>
  </Table>
  <Table "of others">
    Host "^r9$"
    <IndexKey>
      Source "PluginInstance"
    </IndexKey>
    <Data "gauge">
      Plugin "hand"
      Type "gauge"
      Syntax "Gauge32"
      OIDs "{PEN}.8.7.1"
    </Data>
  </Table>
  <Table "full">
    <IndexKey>
      Source "PluginInstance"
    </IndexKey>
    <Data "gauge">
      Plugin "hand"
      Type "gauge"
      Syntax "Gauge32"
      OIDs "{PEN}.8.4.1"
    </Data>
  </Table>
  <Data "scalar">
    Plugin "hand"
    PluginInstance "late"
    Type "gauge"
    Syntax "Gauge32"
    OIDs "{PEN}.8.5.0"
  </Data>
  <Data "of the same source">
    Plugin "hand"
    PluginInstance "late"
    Type "gauge"
    Syntax "Gauge32"
    OIDs "{PEN}.8.6.0"
  </Data>
  <Notification "trap">
    Plugin "hand"
    Trap "{PEN}.8.0.1"
  </Notification>
"""
EMPTY = {
    "misspelt": "nothing sends hnad/gauge",
    "filtered": "Where takes none of them",
    "without index": "none has a whole index",
    "of others": "of other hosts than Host takes",
}


def own(machine, name):
    """A value of the agent itself."""
    return (machine.cached(f"snmp_agent/{name}") or {}).get("value")


def wait_own(machine, name, value):
    """Waits until the agent itself tells this value: they come one after the other, each interval."""
    wait_until(lambda: own(machine, name) == value, 5, lambda: f"{name}: {own(machine, name)}, not {value}")


def test_it_tells_of_itself(stage):
    """Each empty table says why, once; the full one says nothing; all are counted."""
    with Machine(stage, AGENT) as machine:
        machine.start()
        machine.put("hand-a/gauge", 1, interval=600)
        machine.put("hand-b/gauge", 1, interval=600)
        wait_until(lambda: machine.said().count("has no row") == len(EMPTY), 10, machine.said)
        for name, reason in EMPTY.items():
            assert re.search(rf'<Table "{name}"> has no row: .*{reason}', machine.said()), machine.said()
        assert '<Data "scalar"> and 1 more have no value: nothing sends hand/gauge' in machine.said()
        for name, value in (("snmp_rows-full", 2), ("snmp_rows-misspelt", 0), ("agentx_registrations-held", 7),
                            ("agentx_registrations-refused", 0)):
            wait_own(machine, name, value)
        machine.put("hand-late/gauge", 1, interval=600)
        wait_until(lambda: '<Data "scalar"> and 1 more have a value now' in machine.said(), 5, machine.said)
        assert machine.said().count("nothing sends hand/gauge") == 1
        machine.collectd.ask('PUTNOTIF severity=okay time=1 host=r1 plugin=hand message="x"')
        wait_until(lambda: machine.collectd.counts("snmp_agent", "agentx_traps") ==
                   {"sent": 1, "refused": 0, "given_up": 0}, 5, machine.said)
        counts = wait_until(lambda: machine.collectd.counts("snmp_agent", "agentx_requests"), 5, machine.said)
        assert counts["objects"] >= counts["pdus"] >= 0
        wait_until(lambda: set(machine.collectd.counts("snmp_agent", "agentx_faults").values()) == {0}, 5, machine.said)
        assert machine.said().count("has no row") == len(EMPTY)


def test_without_our_types(stage):
    """A TypesDB as the stock plugin's user has it: no value of itself, one line, no error."""
    with Machine(stage, AGENT) as machine:
        plain = machine.collectd.configuration
        machine.collectd.configuration = lambda **how: plain(**how).replace(
            f' "{stage.share}/types.db.custom"', "")
        machine.start()
        machine.put("hand-a/gauge", 1, interval=600)
        wait_until(lambda: machine.said().count("has no row") == len(EMPTY), 10, machine.said)
        assert machine.said().count("so there are no values of the agent itself") == 1
        assert not machine.collectd.complaints(r"\[error\]")
