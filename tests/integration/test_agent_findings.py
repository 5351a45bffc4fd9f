# SPDX-License-Identifier: MIT
"""What users of the stock snmp_agent met. Each test must fail on the stock plugin, with the
same configuration and values, and pass on ours: strict expected failures, and only of what
is demanded; what goes wrong in setting the scene fails the test."""

import os
import struct
import threading
import time

import pytest

from agent_lab import ENTRY, SEVERAL, Machine, Pulse, Wrong, demand, demanding, text_index
from agent_snmp import COUNTER64, OPAQUE, key
from lab import wait_until

STOCK = "/usr/lib/collectd/snmp_agent.so"

both = pytest.mark.parametrize("stock", [
    pytest.param(True, id="stock", marks=[
        pytest.mark.xfail(strict=True, raises=Wrong, reason="the stock plugin's finding"),
        pytest.mark.skipif(not os.path.exists(STOCK), reason="not installed")]),
    pytest.param(False, id="ours")])

NAME = """
    <Data "name">
      <IndexKey>
        Source "PluginInstance"
      </IndexKey>
      Plugin "hand"
      OIDs "HA-TEST-MIB::haName"
    </Data>"""


def column(name, kind="gauge", more=""):
    """A Data block for an object of HA-TEST-MIB."""
    return f"""
    <Data "{name}">
      Plugin "hand"
      Type "{kind}"
      {more}
      OIDs "HA-TEST-MIB::{name}"
    </Data>"""


def table(*columns, more="", index=NAME, name="things"):
    """A Table block."""
    return f'<Table "{name}">{more}{index}{"".join(columns)}\n</Table>\n'


THINGS = table(column("haGauge"))


def settle():
    """The stock plugin deadlocks where a query meets a row that registers, so leave it alone
    until the row must be there. (No event tells; ours needs no such pause.)"""
    time.sleep(0.6)


def cell(number, name):
    """The OID of a cell of a row whose index is a text."""
    return f"{ENTRY}.{number}.{text_index(name)}"


def row_is_served(m, name="first"):
    """Sets the scene: a first row, quietly; it must work with either plugin."""
    m.put(f"hand-{name}/gauge", 7)
    m.wait_cached(f"hand-{name}/gauge")
    settle()
    assert m.get(cell(3, name)) == 7, m.said()


@both
def test_1_queries_while_rows_register(stage, stock):
    """A query that meets a new row must not stop collectd."""
    with Machine(stage, THINGS, stock, writers=SEVERAL) as m:
        m.start()
        row_is_served(m)
        stop = threading.Event()

        def ask():
            while not stop.is_set():
                m.snmp.quiet(cell(3, "first"), 0.05)

        asking = threading.Thread(target=ask, daemon=True)
        asking.start()
        try:
            for i in range(60):
                m.put(f"hand-row{i}/gauge", i)
                time.sleep(0.005)
            with demanding():
                m.wait_cached("hand-row59/gauge", 2)
        finally:
            stop.set()
            asking.join()
        with demanding():
            m.wait_get(cell(3, "row59"), 59)
            assert m.collectd.stop(5) < 5


@both
def test_2_new_row_while_snmpd_hangs(stage, stock):
    """snmpd is stopped and a row comes: values flow on, to csv and to the cache."""
    with Machine(stage, THINGS, stock, writers=SEVERAL) as m:
        m.start()
        row_is_served(m)
        m.snmpd.pause()
        try:
            m.put("hand-second/gauge", 1)
            with Pulse(m, "hand-first/gauge") as pulse:
                time.sleep(2)
            pulse.check()
        finally:
            m.snmpd.resume()


@both
def test_3_the_manuals_scalar(stage, stock):
    """Scalars are served."""
    scalar = """
    <Data "memAvailReal">
      Plugin "memory"
      #PluginInstance "some"
      Type "memory"
      TypeInstance "free"
      OIDs "1.3.6.1.4.1.2021.4.6.0"
    </Data>
    """
    with Machine(stage, scalar, stock) as m:
        m.start()
        m.put("memory/memory-free", 12345678)
        m.wait_cached("memory/memory-free")
        settle()
        with demanding():
            assert m.get("1.3.6.1.4.1.2021.4.6.0") == 12345678


@both
def test_4_numbers_are_not_reused(stage, stock):
    """A and B; A goes; C comes: B and C have numbers of their own."""
    numbered = table(column("haGauge"), more="""
    IndexOID "HA-TEST-MIB::haIndex"
    SizeOID "HA-TEST-MIB::haSize" """)
    with Machine(stage, numbered, stock, extra="Timeout 2") as m:
        m.start()
        m.put("hand-A/gauge", 1, interval=0.5)
        m.wait_cached("hand-A/gauge")
        m.put("hand-B/gauge", 2, interval=60)
        m.wait_cached("hand-B/gauge")
        settle()
        before = {b.value: b.oid for b in m.snmp.walk(f"{ENTRY}.2")}
        assert set(before) == {b"A", b"B"}, before
        wait_until(lambda: m.cached("hand-A/gauge") is None, 8, "A stays")
        m.put("hand-C/gauge", 3, interval=60)
        m.wait_cached("hand-C/gauge")
        settle()
        with demanding():
            assert sorted(m.snmp.rows(f"{ENTRY}.3").values()) == [2, 3]
            after = {b.value: b.oid for b in m.snmp.walk(f"{ENTRY}.2")}
            assert set(after) == {b"B", b"C"} and after[b"B"] == before[b"B"], after
            assert after[b"C"] != before[b"A"], "A's number went to C at once"


@both
def test_5_more_oids_than_data_sources(stage, stock):
    """Refused at start; if not, a GET must at least not end collectd."""
    extra_oid = table(column("haGauge").replace(
        '"HA-TEST-MIB::haGauge"', '"HA-TEST-MIB::haGauge" "HA-TEST-MIB::haSecond"'))
    with Machine(stage, extra_oid, stock) as m:
        m.snmpd.start().ready()
        m.collectd.start()
        wait_until(lambda: not m.collectd.running or m.collectd.takes_commands(), 10, "it hangs")
        if stock:
            m.collectd.ready()
            m.put("hand-first/gauge", 7)
            settle()
            m.snmp.quiet(cell(10, "first"))
            time.sleep(0.5)
            demand(m.collectd.running, "one GET ended collectd")
        wait_until(lambda: not m.collectd.running, 5, "it goes on with a wrong configuration")
        demand(m.collectd.process.returncode > 0, f"exit {m.collectd.process.returncode}")


@both
@pytest.mark.parametrize("bad", ["r2/hand-bad/gauge", "hand-bad/gauge-other"])
def test_6_one_bad_row(stage, stock, bad):
    """A value of another host, or of an unforeseen type instance, doesn't spoil its neighbours."""
    with Machine(stage, THINGS, stock) as m:
        m.start()
        for name in ("hand-a/gauge", bad, "hand-z/gauge"):
            m.put(name, 7)
            m.wait_cached(name)
        settle()
        want = {cell(3, "a"): 7, cell(3, "z"): 7}
        if not bad.startswith("r2/"):
            want[cell(3, "bad")] = 7
        with demanding():
            assert m.snmp.rows(f"{ENTRY}.3") == want
            assert {b.oid: b.value for b in m.snmp.bulkwalk(f"{ENTRY}.3")} == want


@both
def test_7_one_metric_twice(stage, stock):
    """In two columns of a table, and in two tables."""
    other = NAME.replace("haName", "haString")
    agent = (table(column("haGauge"), column("haSecond"))
             + table(column("haInteger"), index=other, name="again"))
    with Machine(stage, agent, stock) as m:
        m.start()
        row_is_served(m)
        with demanding():
            assert m.get(cell(10, "first")) == 7, "second column"
            assert m.get(cell(4, "first")) == 7, "second table"


@both
def test_8_no_mib_installed(stage, stock):
    """An OID that no MIB file knows is served all the same."""
    unknown = table(column("haGauge"), """
    <Data "unknown">
      Plugin "hand"
      Type "gauge"
      OIDs "1.3.6.1.4.1.8072.9999.7777.1.3"
    </Data>""")
    with Machine(stage, unknown, stock) as m:
        m.start()
        m.put("hand-first/gauge", 7)
        m.wait_cached("hand-first/gauge")
        settle()
        with demanding():
            assert m.get(f"1.3.6.1.4.1.8072.9999.7777.1.3.{text_index('first')}") == 7


# 9. Numbers: object, type, what is put, what must be served (None: noSuchInstance).
NUMBERS = [
    ("haGauge", "gauge", "-5", None),
    ("haGauge", "gauge", "5e9", None),
    ("haGauge", "gauge", "U", None),
    ("haGauge", "gauge", "inf", None),
    ("haGauge", "gauge", "1e30", None),
    ("haGauge", "gauge", "7.6", 8),
    ("haInteger", "gauge", "3e9", None),
    ("haInteger", "gauge", "-3.7", -4),
    ("haCounter", "derive", str(2**53 + 1), 2**53 + 1),
    ("haCounter", "derive", str(2**63 - 1), 2**63 - 1),
    ("haCount64", "counter", str(2**64 - 1), 2**64 - 1),
    ("haString", "gauge", "7", b"7"),
    ("haString", "gauge", "0.125", b"0.125"),
]
_COLUMN = {"haGauge": 3, "haInteger": 4, "haCounter": 5, "haString": 7, "haCount64": 11}


@pytest.fixture(scope="module", params=[True, False], ids=["stock", "ours"])
def numbers(stage, request):
    """A row for each of NUMBERS: (is it the stock plugin, what it answers)."""
    if request.param and not os.path.exists(STOCK):
        pytest.skip("not installed")
    kinds = {name: kind for name, kind, _, _ in NUMBERS}
    columns = [column(name, kind, f'TypeInstance "{name}"') for name, kind in kinds.items()]
    with Machine(stage, table(*columns), request.param) as m:
        m.start()
        for i, (name, kind, put, _) in enumerate(NUMBERS):
            m.put(f"hand-n{i}/{kind}-{name}", put)
            m.wait_cached(f"hand-n{i}/{kind}-{name}")
        settle()
        yield request.param, [m.get(cell(_COLUMN[name], f"n{i}"))
                              for i, (name, _, _, _) in enumerate(NUMBERS)]


@pytest.mark.parametrize("i", range(len(NUMBERS)),
                         ids=[f"{n}-{v}" for n, _, v, _ in NUMBERS])
def test_9_numbers(numbers, i):
    """The right number or none; on the stock plugin each is a wrong one."""
    stock, answers = numbers
    if stock:
        assert answers[i] != NUMBERS[i][3], "no finding: the stock plugin is right here"
    else:
        assert answers[i] == NUMBERS[i][3]


@both
def test_10_float(stage, stock):
    """Opaque Float, as UCD-SNMP-MIB's laLoadFloat."""
    with Machine(stage, table(column("haFloat"), column("haGauge")), stock) as m:
        m.start()
        m.put("hand-first/gauge", 0.25)
        m.wait_cached("hand-first/gauge")
        settle()
        with demanding():
            answer = m.snmp.get(cell(8, "first"))
            assert answer.error == 0, f"error status {answer.error}"
            bind = answer.binds[0]
            assert (bind.tag, bind.raw) == (OPAQUE, b"\x9f\x78\x04" + struct.pack("!f", 0.25))


@both
def test_11_a_key_is_decimal(stage, stock):
    """"port010" is number ten, not eight."""
    index = """
    <Data "number">
      <IndexKey>
        Source "PluginInstance"
        Regex "^port([0-9]+)$"
        Group 1
      </IndexKey>
      Plugin "hand"
      OIDs "HA-TEST-MIB::haNumber"
    </Data>"""
    with Machine(stage, table(column("haGauge"), index=index), stock) as m:
        m.start()
        m.put("hand-port010/gauge", 7)
        m.wait_cached("hand-port010/gauge")
        settle()
        with demanding():
            assert m.snmp.rows(f"{ENTRY}.3") == {f"{ENTRY}.3.10": 7}
            assert m.snmp.rows(f"{ENTRY}.9") == {f"{ENTRY}.9.10": 10}


@both
def test_11_a_key_that_fits_no_oid(stage, stock):
    """It is left out, and harms neither its neighbours nor collectd's end."""
    with Machine(stage, THINGS, stock) as m:
        m.start()
        for name in ("a", "k" * 120, "z"):
            m.put(f"hand-{name}/gauge", 7)
            m.wait_cached(f"hand-{name}/gauge")
        settle()
        with demanding():
            assert m.snmp.rows(f"{ENTRY}.3") == {cell(3, "a"): 7, cell(3, "z"): 7}
            m.collectd.stop(5)
            assert m.collectd.process.returncode == 0, m.said()


def test_11_the_longest_key(stage):
    """128 sub-identifiers are served (RFC 2578, 3.5), one more is left out and said once."""
    longest = 128 - len(key(f"{ENTRY}.3")) - 1
    with Machine(stage, THINGS) as m:
        m.start()
        for name in ("k" * longest, "l" * (longest + 1), "m" * (longest + 2)):
            m.put(f"hand-{name}/gauge", 7)
        m.wait_get(cell(3, "k" * longest), 7)
        assert m.snmp.rows(f"{ENTRY}.3") == {cell(3, "k" * longest): 7}
        assert m.collectd.said().count("is not served") == 1, m.said()
        assert f"r1/hand-{'l' * (longest + 1)}/gauge is not served: an OID has room" in m.collectd.said()


@both
def test_12_expired_rows_leave_nothing(stage, stock):
    """300 rows come and go, again and again: memory stays."""
    if stage.environment():
        pytest.skip("a sanitizer keeps what is freed")
    columns = [column(f"ha{name}") for name in ("Gauge", "Integer", "Second")]
    with Machine(stage, table(*columns), stock, interval=0.2, extra="Timeout 2") as m:
        m.start()

        def come_and_go(turn):
            m.put_many(((f"hand-t{turn}row{i}/gauge", i) for i in range(300)), interval=0.25)
            wait_until(lambda: m.cached(f"hand-t{turn}row299/gauge"), 20, "the rows don't come")
            wait_until(lambda: not m.collectd.values("/hand-"), 20, "the rows don't go")
            return m.memory()

        sizes = [come_and_go(turn) for turn in range(3)]
        demand(sizes[2] - sizes[1] < 500, f"grew by {sizes[2] - sizes[1]} kB in 300 rows")


@both
def test_13_back_after_snmpd_restarts(stage, stock):
    """Rows are served within two seconds of snmpd's return."""
    with Machine(stage, THINGS, stock) as m:
        m.start()
        row_is_served(m)
        m.snmpd.stop()
        m.snmpd.start().ready()
        begin = time.monotonic()
        with demanding():
            m.wait_get(cell(3, "first"), 7, 2)
        demand(time.monotonic() - begin < 2, "late")


@pytest.mark.parametrize("stock", [pytest.param(True, id="stock"), pytest.param(False, id="ours")])
def test_what_worked_goes_on(stage, stock):
    """Rows expire, SNMPv1 skips Counter64, GETBULK takes columns together, Counter32 wraps."""
    agent = table(column("haGauge"), column("haCount32", "derive"), column("haCounter", "derive"))
    # The stock plugin serves a metric once: so two type instances.
    agent = agent.replace('HA-TEST-MIB::haCounter"', 'HA-TEST-MIB::haCounter"\n TypeInstance "wide"')
    agent = agent.replace('HA-TEST-MIB::haCount32"', 'HA-TEST-MIB::haCount32"\n TypeInstance "narrow"')
    with Machine(stage, agent, stock, extra="Timeout 2") as m:
        m.start()
        for name in ("a", "b"):
            m.put(f"hand-{name}/derive-narrow", 2**32 + 5)
            m.put(f"hand-{name}/derive-wide", 77)
            m.put(f"hand-{name}/gauge", 7, interval=1 if name == "a" else 10)
            m.wait_cached(f"hand-{name}/gauge")
        settle()
        want = {cell(n, name): v for n, v in ((3, 7), (6, 5), (5, 77)) for name in ("a", "b")}
        assert {o: v for o, v in m.snmp.rows(ENTRY).items() if o.split(".")[11] != "2"} == want
        v1 = m.snmp.walk(ENTRY, version=0)
        assert v1 and COUNTER64 not in [b.tag for b in v1]
        answer = m.snmp.bulk([f"{ENTRY}.3", f"{ENTRY}.6"], 2)
        assert answer.pairs() == [(cell(3, "a"), 7), (cell(6, "a"), 5),
                                  (cell(3, "b"), 7), (cell(6, "b"), 5)]
        wait_until(lambda: m.cached("hand-a/gauge") is None, 8, "the value stays")
        settle()
        assert m.snmp.rows(f"{ENTRY}.3") == {cell(3, "b"): 7}


def test_the_manuals_example(stage):
    """The synopsis of collectd.conf(5), word for word, on values as those plugins give them."""
    with Machine(stage, MANUAL) as m:
        m.start()
        m.put("memory/memory-free", 2**31 - 1)
        for port, octets in (("eth0", 1000), ("eth1", 2**32 + 3)):
            m.put(f"interface-{port}/if_octets", octets, octets + 1)
        m.put("virt-one/cpu_affinity-vcpu_0-cpu_3", 1)
        m.put("virt-one/cpu_affinity-vcpu_12-cpu_0", 0)
        m.wait_get(f"{VIRT}.4.{text_index('one')}.12.0", 0)
        m.wait_served(f"{IF}.2.1.2.2")
        assert m.get("1.3.6.1.4.1.2021.4.6.0") == 2**31 - 1
        names = {b.value: int(b.oid.split(".")[-1]) for b in m.snmp.walk(f"{IF}.2.1.2")}
        assert set(names) == {b"eth0", b"eth1"} and sorted(names.values()) == [1, 2]
        for column_, want in ((1, names[b"eth1"]), (10, 3), (16, 4)):
            assert m.get(f"{IF}.2.1.{column_}.{names[b'eth1']}") == want, column_
        assert m.get(f"{IF}.1.0") == 2
        first, second = f"{text_index('one')}.0.3", f"{text_index('one')}.12.0"
        assert m.snmp.rows(VIRT) == {
            f"{VIRT}.1.{first}": b"one", f"{VIRT}.1.{second}": b"one",
            f"{VIRT}.2.{first}": 0, f"{VIRT}.2.{second}": 12,
            f"{VIRT}.3.{first}": 3, f"{VIRT}.3.{second}": 0,
            f"{VIRT}.4.{first}": 1, f"{VIRT}.4.{second}": 0}


IF = "1.3.6.1.2.1.2"
VIRT = "1.3.6.1.4.1.8072.9999.9998.1.1"
MANUAL = """
    <Data "memAvailReal">
      Plugin "memory"
      #PluginInstance "some"
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
    <Table "CPUAffinityTable">
      <Data "DomainName">
        <IndexKey>
          Source "PluginInstance"
        </IndexKey>
        Plugin "virt"
        OIDs "LIBVIRT-HYPERVISOR-MIB::lvhAffinityDomainName"
      </Data>
      <Data "VCPU">
        Plugin "virt"
        <IndexKey>
          Source "TypeInstance"
          Regex "^vcpu_([0-9]{1,3})-cpu_[0-9]{1,3}$"
          Group 1
        </IndexKey>
        OIDs "LIBVIRT-HYPERVISOR-MIB::lvhVCPUIndex"
      </Data>
      <Data "CPU">
        Plugin "virt"
        <IndexKey>
          Source "TypeInstance"
          Regex "^vcpu_[0-9]{1,3}-cpu_([0-9]{1,3})$"
          Group 1
        </IndexKey>
        OIDs "LIBVIRT-HYPERVISOR-MIB::lvhCPUIndex"
      </Data>
      <Data "CPUAffinity">
        Plugin "virt"
        Type "cpu_affinity"
        OIDs "LIBVIRT-HYPERVISOR-MIB::lvhCPUAffinity"
      </Data>
    </Table>
"""
