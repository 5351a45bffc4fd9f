# SPDX-License-Identifier: MIT
"""Configurations that people have published for the stock plugin: each loads, says what its MIB says
against it, and answers in get, walk and bulk, by SNMPv1, v2c and v3."""

import re
from dataclasses import replace

import pytest

import public_configurations as public
from agent_lab import MIBS, Machine, text_index
from agent_snmp import COUNTER64, NO_SUCH_NAME, V1
from lab import wait_until
from lab.snmp import command, parse, snmpwalk
from lab.snmpd import V3

KEYED = {"PluginInstance": 0, "TypeInstance": 1}


def identifier(table, data, row):
    """The value list that feeds a row."""
    instance = row[1] if data.instance is None else data.instance
    return f"{table.plugin}-{row[0]}/{data.kind}" + (f"-{instance}" if instance else "")


def parts(table, row):
    """What the index columns of a row show."""
    for key in table.keys:
        source = row[KEYED[key.source]]
        found = re.search(key.regex, source)[1] if key.regex else source
        yield int(found) if key.column.syntax.startswith("Integer32") else found


def index_of(table, at):
    """The index of a row as it is configured."""
    if table.numbered:
        return str(at + 1)
    return ".".join(str(part) if isinstance(part, int) else text_index(part) for part in parts(table, table.rows[at]))


def number_of(table, at, source):
    """What is fed: small, so that it lies in each range, and another in each neighbour."""
    few = {"lvhCPUAffinityTable": 2, "lvhDiskErrorTable": 3}.get(table.name, 97)
    return (7 * source + at + 1) % few


def as_served(column, value):
    """A number in a column of text is its text."""
    return str(value).encode() if isinstance(value, str) or column.syntax.startswith("DisplayString") else value


def row_values(table, at):
    """Everything that a row shows, column by column."""
    sources = len([column for data in table.data for column in data.columns])
    return [*([at + 1] if table.numbered else []), *parts(table, table.rows[at]),
            *(number_of(table, at, source) for source in range(sources))]


def wanted(table, rows):
    """{OID: value} of the first `rows` rows."""
    entry = f"{public.ROOT}.{public.place(table)}.1"
    return {f"{entry}.{number}.{index_of(table, at)}": as_served(column, value)
            for at in range(rows)
            for number, (column, value) in enumerate(zip(public.columns(table), row_values(table, at)), 1)}


def feed(machine, table, at):
    """Sends what a row is made of."""
    source, lines = 0, []
    for data in table.data:
        values = [number_of(table, at, source + i) for i in range(len(data.columns))]
        lines.append((identifier(table, data, table.rows[at]), ":".join(map(str, values))))
        source += len(values)
    machine.put_many(lines, interval=600)


def root(table):
    """The table's OID."""
    return f"{public.ROOT}.{public.place(table)}"


@pytest.fixture(scope="module", name="machine")
def _machine(stage, tmp_path_factory):
    """All thirteen tables in one agent, fed row by row, so that the first has the first number."""
    mibs = tmp_path_factory.mktemp("mibs")
    (mibs / f"{public.MODULE}.txt").write_text(public.mib())
    with Machine(stage, "".join(map(public.configuration, public.TABLES.values()))) as machine:
        machine.collectd.env["MIBDIRS"] = f"{MIBS}:{mibs}"
        machine.start()
        for at in range(max(len(table.rows) for table in public.TABLES.values())):
            fed = [table for table in public.TABLES.values() if at < len(table.rows)]
            for table in fed:
                feed(machine, table, at)
            for table in fed:
                wait_until(lambda table=table, rows=at + 1: machine.snmp.rows(root(table)) == wanted(table, rows), 10,
                           lambda table=table: f"{machine.snmp.rows(root(table))}\n{machine.said()}")
        yield machine


@pytest.fixture(name="table", params=public.TABLES)
def _table(request):
    return public.TABLES[request.param]


def test_what_its_mib_says_against_it(machine, table):
    """As it was published: these warnings, with the line to write, and no other."""
    said = [line for line in machine.collectd.complaints(r"\[warning\]|\[error\]") if f'<Table "{table.name}">' in line]
    assert len(said) == len(table.warned), said
    for words in table.warned:
        assert any(words in line for line in said), said


def test_get_walk_and_bulk(machine, table):
    """All of them show the same, also SNMPv1's, which has no Counter64."""
    want = wanted(table, len(table.rows))
    walked = machine.snmp.walk(root(table))
    assert {bind.oid: bind.value for bind in walked} == want
    assert machine.snmp.bulkwalk(root(table)) == walked
    narrow = [bind for bind in walked if bind.tag != COUNTER64]
    assert machine.snmp.walk(root(table), version=V1) == narrow
    for at in range(0, len(walked), 40):
        assert machine.snmp.get(*(bind.oid for bind in walked[at:at + 40])).binds == walked[at:at + 40]
    for bind in walked:
        answer = machine.snmp.get(bind.oid, version=V1)
        assert (answer.error == NO_SUCH_NAME) if bind.tag == COUNTER64 else (answer.binds == [bind]), answer


def test_by_v3(machine, table):
    """By the tools: walk, bulk and get show what v2c shows."""
    want = snmpwalk(machine.ns, root(table))
    assert want.keys() == wanted(table, len(table.rows)).keys()
    for tool in ("snmpwalk", "snmpbulkwalk"):
        assert snmpwalk(machine.ns, root(table), auth=V3, tool=tool) == want
    oids = list(want)[:60]
    assert parse(command(machine.ns, "snmpget", *oids, auth=V3)) == {oid: want[oid] for oid in oids}


def test_the_size(machine):
    """SizeOID counts the rows."""
    assert machine.get(f"{public.ROOT}.{100 + public.place(public.TABLES['rdtTable'])}.0") == 2



# --- with the lines that the warnings name --------------------------------------

HUGE, AFFINITY = public.TABLES["hugepagesTable"], public.TABLES["lvhCPUAffinityTable"]
SCALED = tuple(replace(data, more="Scale 0.0009765625") if data.kind == "memory" else data for data in HUGE.data)
DOMAIN, VCPU, CPU = AFFINITY.keys
# Table, column that is asked for, what is put, and the rows that must be there.
MENDED = {
    "hugepagesTable": (replace(HUGE, keys=(replace(HUGE.keys[0], more="Implied true"),), data=SCALED), 2,
                       "hugepages-mm-2048Kb/memory-free", 2**33, {"109.109.45.50.48.52.56.75.98": 2**23}),
    "lvhCPUAffinityTable": (replace(AFFINITY, keys=(DOMAIN, CPU, VCPU)), 4,
                            "virt-one/cpu_affinity-vcpu_12-cpu_3", 1, {f"{text_index('one')}.3.12": 1}),
}


@pytest.mark.parametrize("name", MENDED)
def test_the_lines_to_write(stage, tmp_path, name):
    """With them nothing is said, and the MIB's reader finds the row where the MIB has it."""
    table, column, put, value, rows = MENDED[name]
    (tmp_path / f"{public.MODULE}.txt").write_text(public.mib())
    with Machine(stage, public.configuration(table)) as machine:
        machine.collectd.env["MIBDIRS"] = f"{MIBS}:{tmp_path}"
        machine.start()
        assert not machine.collectd.complaints(r"\[warning\]|\[error\]")
        machine.put(put, value, interval=600)
        entry = f"{root(table)}.1.{column}"
        wait_until(lambda: machine.snmp.rows(entry) == {f"{entry}.{index}": n for index, n in rows.items()}, 5,
                   lambda: f"{machine.snmp.rows(entry)}\n{machine.said()}")
