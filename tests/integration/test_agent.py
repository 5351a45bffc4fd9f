# SPDX-License-Identifier: MIT
"""snmp_agent on values put into collectd by hand: rows, columns, order, and their end."""

import time

import pytest

from lab import Lab, wait_until
from lab.snmp import snmpwalk
from lab.snmpd import V3

ENTRY = "1.3.6.1.4.1.8072.9999.2.1.1"
SCALAR = "1.3.6.1.4.1.8072.9999.2.2.0"
BLOCK = f"""
  <Map "word">
    master 3
    Default 1
  </Map>
  <Table "things">
    <IndexKey>
      Source "PluginInstance"
      Regex "-([0-9]+)$"
      Group 1
      Syntax "Integer32"
    </IndexKey>
    <Data "state">
      Plugin "hand"
      Type "vrrp_state"
      Syntax "Integer32"
      OIDs "{ENTRY}.2"
    </Data>
    <Data "name">
      Plugin "hand"
      Type "vrrp_state"
      Value "PluginInstance"
      Syntax "DisplayString"
      OIDs "{ENTRY}.3"
    </Data>
    <Data "kind">
      Plugin "hand"
      Type "vrrp_state"
      Value "PluginInstance"
      Regex "^([a-z]+)"
      Group 1
      Map "word"
      Syntax "Integer32"
      OIDs "{ENTRY}.4"
    </Data>
  </Table>
  <Data "one">
    Plugin "hand"
    PluginInstance "alone"
    Type "gauge"
    Syntax "Gauge32"
    Scale 10.0
    OIDs "{SCALAR}"
  </Data>
"""


@pytest.fixture(scope="module")
def router(stage):
    """A router with snmpd and collectd, without vrrp."""
    with Lab(stage) as lab:
        r1 = lab.router("r1", "192.168.1.2/24")
        r1.add_snmpd().start().ready()
        r1.add_collectd(profiles=(), agent=BLOCK, load=("snmp_agent",), interval=1,
                        extra="Timeout 2").start().ready()
        yield r1


def put(router, instance, value, kind="vrrp_state", interval=10):
    """Puts a value into collectd as any plugin would."""
    status = router.collectd.ask(
        f'PUTVAL "r1/hand-{instance}/{kind}" interval={interval} {time.time():.6f}:{value}')
    assert status[0].startswith("0 "), status


def test_rows_and_columns(router):
    """Three rows in numeric order, three columns, right types, by v2c and v3."""
    for instance, state in (("master-200", 3), ("spare-9", 2), ("master-10", 1)):
        put(router, instance, state)
    want = {
        f"{ENTRY}.2.9": ("INTEGER", "2"), f"{ENTRY}.2.10": ("INTEGER", "1"),
        f"{ENTRY}.2.200": ("INTEGER", "3"),
        f"{ENTRY}.3.9": ("STRING", '"spare-9"'), f"{ENTRY}.3.10": ("STRING", '"master-10"'),
        f"{ENTRY}.3.200": ("STRING", '"master-200"'),
        f"{ENTRY}.4.9": ("INTEGER", "1"), f"{ENTRY}.4.10": ("INTEGER", "3"),
        f"{ENTRY}.4.200": ("INTEGER", "3")}
    wait_until(lambda: snmpwalk(router, ENTRY) == want, 5, lambda: snmpwalk(router, ENTRY))
    assert list(snmpwalk(router, ENTRY, tool="snmpwalk").items()) == list(want.items())
    assert snmpwalk(router, ENTRY, auth=V3) == want
    assert router.snmp.get(f"{ENTRY}.3.10") == b"master-10"
    assert router.snmp.get(f"{ENTRY}.2.11") is None


def test_a_new_value_is_there_at_once(router):
    """Not at the next interval: within milliseconds of its dispatch. Were it late by itself, it
    would be so each time; a busy machine is so at times."""
    def latency(value):
        begin = time.monotonic()
        put(router, "master-77", value)
        wait_until(lambda: router.snmp.get(f"{ENTRY}.2.77") == value, 5, f"{value} does not come", 0.0005)
        return time.monotonic() - begin
    taken = [latency(value) for value in (1, 2, 3, 1, 2, 3)]
    assert min(taken) < 0.1, taken


def test_scalar(router):
    """A scalar with Scale."""
    put(router, "alone", 4.2, kind="gauge")
    wait_until(lambda: router.snmp.get(SCALAR) == 42, 5, lambda: router.snmp.get(SCALAR))


def test_rows_leave_with_the_cache(router):
    """An entry that collectd forgets is a row less; the others stay."""
    put(router, "spare-5", 2, interval=1)
    put(router, "spare-6", 2, interval=60)
    wait_until(lambda: router.snmp.get(f"{ENTRY}.2.5") == 2, 5, "the row does not come")
    wait_until(lambda: router.snmp.get(f"{ENTRY}.2.5") is None, 8, "the row does not leave")
    assert router.snmp.get(f"{ENTRY}.2.6") == 2


def test_registrations_do_not_grow_with_rows(router):
    """nsModuleTable lists what subagents registered: three columns and a scalar, however many rows."""
    for number in range(300, 320):
        put(router, f"spare-{number}", 1)
    wait_until(lambda: len(router.walk(f"{ENTRY}.2")) >= 20, 5, "the rows do not come")
    modules = router.walk("1.3.6.1.4.1.8072.1.2.1.1.4")
    assert len([oid for oid in modules if ".1.3.6.1.4.1.8072.9999.2." in oid]) == 4
