# SPDX-License-Identifier: MIT
"""The installed MIB files as a second reader of the configuration, found as Net-SNMP's tools find
them."""

import pytest

from agent_lab import MIBS, Machine
from lab import wait_until

ROOT = "1.3.6.1.4.1.8072.9999.9996.1.1"


def key(name, source, more=""):
    """An index part that is a column."""
    return f"""
    <Data "{name}">
      <IndexKey>
        Source "{source}"
        {more}
      </IndexKey>
      Plugin "hand"
      OIDs "HA-CHECK-MIB::{name}"
    </Data>"""


def column(name="hcSize", kind="memory", more=""):
    """A column with values."""
    return f"""
    <Data "{name}">
      Plugin "hand"
      Type "{kind}"
      OIDs "HA-CHECK-MIB::{name}"
      {more}
    </Data>"""


FIRST, SECOND = key("hcFirst", "PluginInstance"), key("hcSecond", "TypeInstance", "Implied true")
SCALED = "Scale 0.0009765625"

# What stands in the table, and what is said of it; "" is nothing.
TABLES = {
    "right": (FIRST + SECOND + column(more=SCALED), ""),
    "order": (key("hcSecond", "TypeInstance") + key("hcFirst", "PluginInstance") + column(more=SCALED),
              'INDEX { hcFirst, IMPLIED hcSecond }: write the <IndexKey> in this order'),
    "number": (FIRST + column(more=SCALED), "has 1 index part, its MIB says INDEX { hcFirst, IMPLIED hcSecond }"),
    "implied": (FIRST + key("hcSecond", "TypeInstance") + column(more=SCALED),
                "write Implied true in the last <IndexKey>"),
    "units": (FIRST + SECOND + column(), 'hcSize is in kB in its MIB, and type "memory" is in bytes: write Scale 0.0009765625'),
    "no bytes": (FIRST + SECOND + column(kind="gauge"), ""),
    "access": (FIRST + SECOND + column("hcHidden", "gauge"), "hcHidden is not-accessible in its MIB"),
    "writable": (FIRST + SECOND + column(kind="gauge", more='Writable true'), "hcSize is read-only in its MIB"),
}


@pytest.mark.parametrize("name", TABLES)
def test_what_a_mib_says(stage, name):
    """One warning each, with the line to write; it starts all the same."""
    text, wanted = TABLES[name]
    with Machine(stage, f'<Table "pairs">{text}\n</Table>') as machine:
        machine.start()
        said = machine.collectd.complaints(r"\[warning\]")
        assert len(said) == (1 if wanted else 0), said
        assert wanted in "".join(said) and (not wanted or '<Table "pairs">' in said[0])


def test_snmp_conf_counts(stage):
    """mibdirs and mibs of snmp.conf, as for Net-SNMP's own tools."""
    with Machine(stage, f'<Table "pairs">{FIRST + SECOND + column(more=SCALED)}\n</Table>') as machine:
        for variable in ("MIBDIRS", "MIBS"):
            del machine.collectd.env[variable]
        (machine.directory / "snmp.conf").write_text(f"mibdirs {MIBS}\nmibs HA-CHECK-MIB\n")
        machine.start()
        machine.put("hand-a/memory-b", 2048)
        machine.wait_get(f"{ROOT}.3.1.97.98", 2)


def test_a_value_that_never_fits(stage):
    """Said once, with the remedy."""
    with Machine(stage, f'<Table "pairs">{FIRST + SECOND + column()}\n</Table>') as machine:
        machine.start()
        machine.put("hand-a/memory-b", 2**33)
        wait_until(lambda: "does not fit Integer32; Scale 0.001, or 0.0009765625 for kB, makes it smaller"
                   in machine.said(), 3, machine.said)


RANGES = {
    "share": ("hcShare", "gauge", "", -1, 100, 101, '"101" is outside of what its MIB allows: '),
    "state": ("hcState", "gauge", "", 1, 2, 3, "Scale, Shift or a <Map> change it"),
    "gauge": ("hcGauge", "gauge", "", 10, 4294967295, 9, "10..4294967295"),
    "name": ("hcName", "gauge", 'Value "TypeInstance"', 1, 1, 1, "1..4 octets; Regex and Group cut it"),
}


@pytest.mark.parametrize("name", RANGES)
def test_a_value_outside_of_its_range(stage, name):
    """Said once, and served; what lies on a bound is not said."""
    what, kind, more, low, high, beyond, wanted = RANGES[name]
    with Machine(stage, f'<Table "pairs">{FIRST + SECOND + column(what, kind, more)}\n</Table>') as machine:
        machine.start()
        machine.put(f"hand-a/{kind}-b", low)
        machine.put(f"hand-c/{kind}-four", high)
        wait_until(lambda: len(machine.snmp.walk(f"{ROOT}")) >= 2, 3, machine.said)
        assert "outside of" not in machine.said()
        for row in ("e", "g"):
            machine.put(f"hand-{row}/{kind}-longer", beyond)
        wait_until(lambda: wanted in machine.said(), 3, machine.said)
        wait_until(lambda: len(machine.snmp.walk(f"{ROOT}")) >= 4, 3, machine.said)
        assert machine.said().count("outside of what its MIB allows") == 1, machine.said()


def test_an_index_in_a_scalar_has_no_effect(stage):
    """As the stock plugin's manual says."""
    scalar = """
  <Data "one">
    <IndexKey>
      Source "PluginInstance"
    </IndexKey>
    Plugin "hand"
    Type "gauge"
    Scale "10"
    Syntax "Gauge32"
    OIDs "1.3.6.1.4.1.8072.9999.9996.9.0"
  </Data>"""
    with Machine(stage, scalar) as machine:
        machine.start()
        machine.put("hand/gauge", 7)
        machine.wait_get("1.3.6.1.4.1.8072.9999.9996.9.0", 70)
        assert "<IndexKey> has no effect: a scalar has no index" in machine.said()


def test_a_path_that_is_no_socket(stage):
    """Said as such."""
    with Machine(stage, column("hcSize").replace("HA-CHECK-MIB::hcSize", "1.3.6.1.4.1.8072.9999.9996.9.0"),
                 agentx="/etc/hostname") as machine:
        machine.start(snmpd=False)
        wait_until(lambda: "is no socket: AgentXSocket names a file of another kind" in machine.said(), 5, machine.said)


def test_a_profile_included_twice(stage):
    """The map that stands twice is named with what stands beside it."""
    profile = f'Include "{stage.share}/profiles/vrrp-mib.conf"\n'
    with Machine(stage, extra=2 * profile) as machine:
        machine.collectd.start()
        wait_until(lambda: not machine.collectd.running, 10, "it starts")
        assert ('<Map "vrrpOperState">: a map of this name is there already: is the file with '
                '<Table "vrrpOperTable"> included twice?') in machine.said(), machine.said()
