# SPDX-License-Identifier: MIT
"""What goes over the wire: GET, GETNEXT and GETBULK in every shape and version, equal to the
same table held by snmpd itself, and sorted, complete and ending while rows come and go."""

import random
import re
import threading
import time

import pytest

from agent_lab import SEVERAL, Machine
from agent_masters import REGISTER, REQUEST_DENIED, FakeMaster, registrar
from agent_snmp import (BULK, COUNTER64, END, GAUGE32, NEXT, NO_INSTANCE, NO_OBJECT, NO_SUCH_NAME,
                        OPAQUE, V1, key)
from lab import Timeout, stays, wait_until
from lab.snmp import command, parse
from lab.snmpd import V3

BASE = "1.3.6.1.4.1.8072.9999.5000"
OURS, THEIRS = f"{BASE}.1.1", f"{BASE}.2.1"  # the same table, ours and snmpd's own
ROWS = [1, 2, 3, 9, 10, 11, 200, 4294967295]
# column: (Syntax, its name for pass_persist, value of row i)
COLUMNS = {
    2: ("Integer32", "integer", lambda i: i % 1000 - 500),
    3: ("DisplayString", "string", lambda i: f"row{i}"),
    4: ("Gauge32", "gauge", lambda i: i % 4000000),
    5: ("Counter32", "counter", lambda i: (i * 7) % 2**32),
    6: ("Counter64", "counter64", lambda i: i * 1000),
    7: ("TimeTicks", "timeticks", lambda i: i % 77777),
    8: ("IpAddress", "ipaddress", lambda i: f"192.0.2.{i % 256}"),
    9: ("ObjectIdentifier", "objectid", lambda i: f"1.3.6.1.{i}"),
}


def as_number(i):
    """Columns whose value is the put number itself; the rest are texts of the identifier."""
    return {n: f(i) for n, (syntax, _, f) in COLUMNS.items()
            if syntax in ("Integer32", "Gauge32", "Counter32", "Counter64", "TimeTicks")}


def agent(prefix=OURS, extra=""):
    """The table in collectd.conf: a type instance a column, the row's number as the instance."""
    def column(n, syntax):
        text = syntax in ("DisplayString", "IpAddress", "ObjectIdentifier")
        kind = "derive" if syntax.startswith("Counter") else "gauge"
        source = {"DisplayString": 'Value "Meta:name"', "IpAddress": 'Value "Meta:address"',
                  "ObjectIdentifier": 'Value "Meta:oid"'}.get(syntax, "")
        instance = "text" if text else f"c{n}"
        return f"""<Data "c{n}">
          Plugin "wire"
          Type "{kind}"
          TypeInstance "{instance}"
          {source}
          Syntax "{syntax}"
          OIDs "{prefix}.{n}"
        </Data>\n"""
    columns = "".join(column(n, syntax) for n, (syntax, _, _) in COLUMNS.items())
    return f"""<Table "wire">
      <IndexKey>
        Source "PluginInstance"
        Syntax "Unsigned32"
      </IndexKey>
      {columns}</Table>
      <Data "scalar">
        Plugin "wire"
        PluginInstance ""
        Type "gauge"
        Syntax "Gauge32"
        OIDs "{BASE}.3.0"
      </Data>
      <Data "float">
        Plugin "wire"
        PluginInstance ""
        Type "gauge"
        Syntax "Float"
        OIDs "{BASE}.4.0"
      </Data>
      {extra}
    """


def put_row(m, i):
    """Every column of row i."""
    for n, value in as_number(i).items():
        kind = "derive" if COLUMNS[n][0].startswith("Counter") else "gauge"
        m.put(f"wire-{i}/{kind}-c{n}", value)
    m.put(f"wire-{i}/gauge-text", 0, name=COLUMNS[3][2](i), address=COLUMNS[8][2](i),
          oid=COLUMNS[9][2](i))


PASS_SCRIPT = '''#!/usr/bin/python3
# pass_persist: the test's table as snmpd.conf(5) lets a script hold it.
import sys
CELLS = {cells!r}
KEYS = sorted(CELLS, key=lambda oid: [int(p) for p in oid.split(".")])
def after(oid):
    at = [int(p) for p in oid.split(".")]
    return next((k for k in KEYS if [int(p) for p in k.split(".")] > at), None)
for line in sys.stdin:
    if line.strip() == "PING":
        print("PONG", flush=True)
        continue
    oid = sys.stdin.readline().strip().lstrip(".")
    found = after(oid) if line.strip() == "getnext" else oid if oid in CELLS else None
    print("NONE" if found is None else "." + found + chr(10) + chr(10).join(CELLS[found]), flush=True)
'''

@pytest.fixture(scope="module")
def m(stage):
    """The table twice: ours, and snmpd's own by pass_persist."""
    with Machine(stage, agent()) as machine:
        cells = {f"{THEIRS}.{n}.{i}": (kind, str(f(i)))
                 for n, (_, kind, f) in COLUMNS.items() for i in ROWS}
        script = machine.directory / "table"
        script.write_text(PASS_SCRIPT.format(cells=cells))
        script.chmod(0o755)
        machine.snmpd_more.write_text(f"pass_persist .{THEIRS} {script}\n")
        machine.start()
        for i in ROWS:
            put_row(machine, i)
        machine.put("wire/gauge", 0.5)
        machine.wait_get(f"{BASE}.3.0", 1)  # half away from zero
        machine.wait_cached(f"wire-{ROWS[-1]}/gauge-text")
        yield machine


def relative(binds, root):
    """[(OID behind root, tag, value)]"""
    return [(b.oid[len(root) + 1:], b.tag, b.value) for b in binds]


def seen(bind, root):
    """What a bind shows of the table at root: (OID behind it, tag, contents); None for nothing."""
    inside = bind.oid.startswith(root + ".") and bind.tag not in (NO_OBJECT, NO_INSTANCE)
    return (bind.oid[len(root):], bind.tag, bind.raw) if inside else None


CELLS = [(f"{n}.{i}", f(i)) for n, (_, _, f) in COLUMNS.items() for i in ROWS]


def test_walk_is_sorted_and_complete(m):
    """Every cell once, in order, by GETNEXT and GETBULK of several widths."""
    want = [oid for oid, _ in CELLS]
    assert [oid for oid, _, _ in relative(m.snmp.walk(OURS), OURS)] == want
    for repetitions in (1, 7, 50, 200):
        found = relative(m.snmp.bulkwalk(OURS, repetitions), OURS)
        assert [oid for oid, _, _ in found] == want, repetitions


def test_equal_to_snmpds_own_table(m):
    """The same walk, GETs and GETNEXTs as from the table that snmpd holds itself."""
    ours, theirs = m.snmp.walk(OURS), m.snmp.walk(THEIRS)
    assert relative(ours, OURS) == relative(theirs, THEIRS)
    assert relative(m.snmp.walk(OURS, version=V1), OURS) == [
        row for row in relative(theirs, THEIRS) if row[1] != COUNTER64]
    rng = random.Random(5)
    for _ in range(60):
        oids = [f"{rng.randint(1, 10)}.{rng.choice(ROWS + [0, 4, 12, 201])}"
                for _ in range(rng.randint(1, 12))]
        for ask in (m.snmp.get, m.snmp.next):
            a, b = (ask(*(f"{root}.{oid}" for oid in oids)) for root in (OURS, THEIRS))
            assert a.error == b.error == 0
            assert [seen(x, OURS) for x in a.binds] == [seen(y, THEIRS) for y in b.binds], oids


def test_get_many_mixed_and_repeated(m):
    """All cells in one GET, from last to first, with repeats and with what isn't there."""
    cells = list(reversed(CELLS))
    answer = m.snmp.get(*(f"{OURS}.{oid}" for oid, _ in cells))
    assert answer.error == 0
    assert [b.oid for b in answer.binds] == [f"{OURS}.{oid}" for oid, _ in cells]
    answer = m.snmp.get(f"{OURS}.4.9", f"{OURS}.4.12", "1.3.6.1.2.1.1.3.0", f"{OURS}.4.9", f"{BASE}.3.0",
                        f"{OURS}.4", f"{OURS}.4.9.0", f"{BASE}.3", f"{OURS}.99.1",
                        "1.3.6.1.4.1.8072.9999.4999.0")
    tags = [b.tag for b in answer.binds]
    assert (answer.error, tags[0], tags[3], tags[4]) == (0, GAUGE32, GAUGE32, GAUGE32)
    assert answer.binds[0].value == answer.binds[3].value == 9
    assert all(tag in (NO_OBJECT, NO_INSTANCE) for tag in tags[1:2] + tags[5:])


def test_getnext_many(m):
    """Each from its own place, several from the same, one past the end."""
    start = [f"{OURS}.4.9", f"{OURS}.4.9", f"{OURS}.4", f"{OURS}.4.4294967295", f"{OURS}.9.200",
             f"{OURS}.4.9.0", f"{OURS}.4.12", BASE]
    want = ["4.10", "4.10", "4.1", "5.1", "9.4294967295", "4.10", "4.200", "2.1"]
    answer = m.snmp.next(*start)
    assert [b.oid for b in answer.binds] == [f"{OURS}.{oid}" for oid in want]
    beyond = m.snmp.next(f"{OURS}.9.4294967295", f"{BASE}.4.0").binds
    assert beyond[0].oid == f"{THEIRS}.2.1"
    assert not beyond[1].oid.startswith(BASE + ".") or beyond[1].tag == END


def test_getbulk_shapes(m):
    """Non-repeaters, wide repetitions, columns of one table side by side, past the end."""
    answer = m.snmp.bulk([f"{BASE}.3", f"{OURS}.2", f"{OURS}.4", f"{OURS}.2"], 3, 1)
    assert [b.oid for b in answer.binds] == [f"{BASE}.3.0"] + [
        f"{OURS}.{column}.{row}" for row in ROWS[:3] for column in (2, 4, 2)]
    wide = m.snmp.bulk([f"{OURS}.{n}" for n in COLUMNS], len(ROWS))
    assert [b.oid for b in wide.binds] == [f"{OURS}.{n}.{i}" for i in ROWS for n in COLUMNS]
    assert m.snmp.bulk([f"{OURS}.4"], 0).binds == []
    only = m.snmp.bulk([f"{OURS}.4", f"{OURS}.5"], 10, 2)
    assert [b.oid for b in only.binds] == [f"{OURS}.4.1", f"{OURS}.5.1"]
    last = m.snmp.bulk([f"{OURS}.9.200"], 3)
    assert [b.oid for b in last.binds][:2] == [f"{OURS}.9.4294967295", f"{THEIRS}.2.1"]
    ending = m.snmp.bulk(["2.0"], 2)
    assert all(b.tag == END for b in ending.binds)


def test_version_1(m):
    """Counter64 does not exist there, what isn't there is noSuchName with its place."""
    walked = m.snmp.walk(OURS, version=V1)
    assert len(walked) == len(CELLS) - len(ROWS)
    assert m.snmp.next(f"{OURS}.5.4294967295", version=V1).binds[0].oid == f"{OURS}.7.1"
    for wrong in (f"{OURS}.4.12", f"{OURS}.6.1", f"{OURS}.99.1"):
        answer = m.snmp.get(f"{OURS}.4.9", wrong, version=V1)
        assert (answer.error, answer.index) == (NO_SUCH_NAME, 2), wrong
    assert m.snmp.get(f"{OURS}.4.9", version=V1).pairs() == [(f"{OURS}.4.9", 9)]


def test_version_3(m):
    """authPriv: the same as v2c, with net-snmp's own tools."""
    by_v2c = parse(command(m.ns, "snmpwalk", OURS))
    assert len(by_v2c) == len(CELLS)
    for tool in ("snmpwalk", "snmpbulkwalk"):
        assert parse(command(m.ns, tool, OURS, auth=V3)) == by_v2c
    oids = [f"{OURS}.{oid}" for oid, _ in CELLS[:20]]
    assert list(parse(command(m.ns, "snmpget", *oids, auth=V3))) == oids


def test_opaque_on_the_wire(m):
    """A float is seven octets: 9f 78, four, IEEE 754 (the tools print Float for both kinds)."""
    bind = m.snmp.get(f"{BASE}.4.0").binds[0]
    assert (bind.tag, bind.raw.hex()) == (OPAQUE, "9f78043f000000")


def test_empty_and_overfull_requests(m):
    """No varbind at all; more than one answer can hold: tooBig or less, and never silence."""
    assert m.snmp.ask(NEXT, []).binds == []
    many = [f"{OURS}.{n}" for n in COLUMNS] * 12
    answer = m.snmp.ask(BULK, many, 0, 100, timeout=5)
    assert answer.error in (0, 1)
    assert m.snmp.get(f"{OURS}.4.9").binds[0].value == 9


def test_values_of_one_dispatch_come_together(stage):
    """Two data sources that are always put equal are never seen apart, however often one GET
    asks for them."""
    pair = f"""<Table "pair">
      <IndexKey>
        Source "PluginInstance"
        Syntax "Integer32"
      </IndexKey>
      <Data "octets">
        Plugin "pair"
        Type "if_octets"
        Syntax "Counter64"
        OIDs "{BASE}.5.1" "{BASE}.5.2"
      </Data>
    </Table>"""
    with Machine(stage, pair, writers=SEVERAL) as machine:
        machine.start()
        machine.put("pair-1/if_octets", 0, 0)
        machine.wait_get(f"{BASE}.5.1.1", 0)
        stop = threading.Event()

        def change():
            i = 0
            while not stop.is_set():
                i += 1
                machine.put("pair-1/if_octets", i, i)

        thread = threading.Thread(target=change, daemon=True)
        thread.start()
        seen = set()
        both = [f"{BASE}.5.1.1", f"{BASE}.5.2.1"] * 50
        try:
            deadline = time.monotonic() + 2
            while time.monotonic() < deadline:
                values = {b.value for b in machine.snmp.get(*both).binds}
                assert len(values) == 1, values
                seen |= values
        finally:
            stop.set()
            thread.join()
        assert len(seen) > 20


@pytest.mark.parametrize("rows", [
    pytest.param(1, id="one row"),
    pytest.param(10**9, id="new rows")])
def test_the_newest_value_stays(stage, rows):
    """Values in quick succession, through collectd's several writer threads: what is served in
    the end is what the cache holds in the end."""
    with Machine(stage, agent(), writers=SEVERAL) as machine:
        machine.start()
        turn, deadline = 0, time.monotonic() + 3
        while time.monotonic() < deadline:
            name, oid = f"wire-{turn % rows}/gauge-c4", f"{OURS}.4.{turn % rows}"
            now, last = time.time(), 5 * turn + 4
            burst = " ".join(f"{now + i / 1e5:.6f}:{5 * turn + i}" for i in range(5))
            assert machine.collectd.ask(f"PUTVAL r1/{name} interval=10 {burst}")[0][0] == "0"
            wait_until(lambda: (machine.cached(name) or {}).get("value") == last, 5, "the cache", 0.0005)
            wait_until(lambda: machine.get(oid) == last, 5,
                       lambda: f"{machine.get(oid)} is served, {last} is cached, turn {turn}")
            turn += 1


def test_walks_while_rows_come_and_go(stage):
    """Rows that stay are in every walk, once and in order; every walk ends."""
    with Machine(stage, agent(), writers=SEVERAL, interval=0.2, extra="Timeout 2") as machine:
        machine.start()
        staying = list(range(1000, 1040, 2))
        for i in staying:
            machine.put(f"wire-{i}/gauge-c4", i, interval=60)
        machine.wait_get(f"{OURS}.4.{staying[-1]}", staying[-1])
        stop = threading.Event()

        def churn():
            rng = random.Random(1)
            while not stop.is_set():
                machine.put(f"wire-{2 * rng.randint(1, 1000) + 1}/gauge-c4", 1, interval=0.2)

        thread = threading.Thread(target=churn, daemon=True)
        thread.start()
        sizes = set()
        try:
            deadline = time.monotonic() + 3
            while time.monotonic() < deadline:
                for walk in (machine.snmp.walk, machine.snmp.bulkwalk):
                    rows = [key(b.oid)[-1] for b in walk(f"{OURS}.4")]
                    assert rows == sorted(set(rows))
                    assert set(staying) <= set(rows)
                    sizes.add(len(rows))
        finally:
            stop.set()
            thread.join()
        assert len(sizes) > 3, "nothing came and went"
        wait_until(lambda: len(machine.snmp.walk(f"{OURS}.4")) == len(staying), 5, "rows stay")


def test_a_refused_registration(stage):
    """Somebody else holds an OID: said once with OID and reason; the rest is served. It is ours
    within seconds of the other's end."""
    with Machine(stage, agent()) as machine:
        # Another subagent, of our own kind, which came first.
        with Machine(stage, agent(), agentx=machine.directory / "agentx") as first:
            machine.snmpd.start().ready()
            first.collectd.start().ready()
            first.put("wire/gauge", 1)
            wait_until(lambda: machine.snmp.quiet(f"{BASE}.3.0") == 1, 3, "the first one's scalar")
            machine.collectd.options["agent"] = agent(extra=OWN)
            machine.collectd.start().ready()
            machine.put("wire/gauge", 2, interval=600)
            machine.put("own/gauge", 3)
            machine.wait_get(f"{BASE}.9.0", 3)
            refusal = re.compile(rf"refuses to let us serve {re.escape(BASE)}\.3\.0: (\w+)")
            found = refusal.findall(machine.collectd.said())
            assert found == ["duplicateRegistration"], machine.said()
            assert re.search(r'<Data "\w+">: snmpd refuses .*another subagent', machine.said())
            assert machine.get(f"{BASE}.3.0") == 1
            stays(lambda: len(refusal.findall(machine.collectd.said())) == 1, 2, machine.said)
        machine.wait_get(f"{BASE}.3.0", 2, 5)
        assert f"now lets us serve {BASE}.3.0" in machine.collectd.said()


def test_a_master_that_denies(stage):
    """Every OID is said once with the reason, and nothing else happens."""
    with Machine(stage, agent()) as machine:
        heard = []
        with FakeMaster(machine.directory / "agentx", registrar(REQUEST_DENIED, heard)):
            machine.collectd.start().ready()
            oids = [f"{OURS}.{n}" for n in COLUMNS] + [f"{BASE}.3.0", f"{BASE}.4.0"]
            pattern = re.compile(r"refuses to let us serve ([\d.]+): requestDenied")

            def refused():
                return sorted(pattern.findall(machine.collectd.said()))

            wait_until(lambda: len(refused()) == len(oids), 3, machine.said)
            stays(lambda: refused() == sorted(oids), 1, machine.said)
            assert sum(pdu[1] == REGISTER for pdu in heard) == len(oids), "it insists too soon"


def test_no_permission(stage):
    """A socket that collectd's user may not use: said once, with what to do; then it may."""
    unprivileged = ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups")
    with stage.public() as public, Machine(public, agent(), wrap=unprivileged) as machine:
        machine.directory.chmod(0o777)
        machine.snmpd.start().ready()
        machine.snmpd.agentx.chmod(0o700)
        machine.collectd.start().ready()
        machine.put("wire/gauge", 2)
        wait_until(lambda: "agentXPerms" in machine.collectd.said(), 3, machine.said)
        stays(lambda: machine.collectd.said().count("agentXPerms") == 1, 1.5, machine.said)
        machine.snmpd.agentx.chmod(0o777)
        machine.wait_get(f"{BASE}.3.0", 2)


def test_a_large_table(stage):
    """800 rows: complete and sorted by GETNEXT and GETBULK, and by several columns at once."""
    rows = sorted(random.Random(2).sample(range(1, 1 << 31), 800))
    with Machine(stage, agent()) as machine:
        machine.start()
        machine.put_many((f"wire-{i}/gauge-c{n}", i % 1000)
                         for i in random.Random(3).sample(rows, len(rows)) for n in (4, 7))
        machine.wait_cached(f"wire-{rows[0]}/gauge-c7")
        wait_until(lambda: len(machine.snmp.bulkwalk(OURS, 50)) == 2 * len(rows), 5, machine.said)
        want = [f"{OURS}.{n}.{i}" for n in (4, 7) for i in rows]
        assert [b.oid for b in machine.snmp.walk(OURS)] == want
        found, at = [], [f"{OURS}.4", f"{OURS}.7"]
        while len(found) < 2 * len(rows):
            answer = machine.snmp.bulk(at, 25)
            found += [b.oid for b in answer.binds]
            at = found[-2:]
        assert found[:2 * len(rows)] == [f"{OURS}.{n}.{i}" for i in rows for n in (4, 7)]


OWN = f"""<Data "own">
  Plugin "own"
  Type "gauge"
  Syntax "Gauge32"
  OIDs "{BASE}.9.0"
</Data>"""
