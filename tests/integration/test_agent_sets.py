# SPDX-License-Identifier: MIT
"""Each outcome of a SET arrives at the manager as RFC 3416 names it, through a real snmpd; an owner that
is late costs its own SET only.

owner.c owns the values: its row's name says how it answers the three steps.
"""

import pytest

from agent_lab import PEN, Machine, text_index
from agent_snmp import STRING, V1, V2C
from lab import ber, wait_until

NO_ERROR, NO_SUCH_NAME, BAD_VALUE, GEN_ERR = 0, 2, 3, 5
WRONG_TYPE, WRONG_VALUE, NO_CREATION = 7, 10, 11
RESOURCE_UNAVAILABLE, COMMIT_FAILED, UNDO_FAILED, NOT_WRITABLE = 13, 14, 15, 17
LATE, TOO_LATE = 2000, 4000  # ms; AgentXTimeout 2 leaves an owner 1500 for a step, and as much to undo it

# What the owner answers to the test, when it is to be done, and undone; what the manager gets.
OUTCOMES = {
    "ok.ok.ok": NO_ERROR,
    "notWritable.ok.ok": NOT_WRITABLE,
    "none.ok.ok": NOT_WRITABLE,
    "wrongValue.ok.ok": WRONG_VALUE,
    "genErr.ok.ok": GEN_ERR,
    "ok.genErr.ok": COMMIT_FAILED,
    "ok.none.ok": COMMIT_FAILED,
    "ok.notWritable.ok": COMMIT_FAILED,
}
# Of a version 1 manager (RFC 3584, 4.4).
OLDER = {NO_ERROR: NO_ERROR, NOT_WRITABLE: NO_SUCH_NAME, WRONG_VALUE: BAD_VALUE}
AGENT = "  AgentXTimeout 2\n" + '<Table "owned">\n  <IndexKey>\n    Source "PluginInstance"\n  </IndexKey>\n' + "".join(f"""
  <Data "{name}">
    Plugin "owner"
    Type "gauge"
    TypeInstance "{name}"
    Writable true
    Syntax "Gauge32"
    OIDs "{PEN}.1.1.{column}"
  </Data>""" for column, name in ((2, "a"), (3, "b"))) + "\n</Table>\n"


@pytest.fixture(scope="module")
def m(stage):
    """collectd with the owner, and a manager who may write."""
    before = f'PluginDir "{stage.build}/plugins/snmp_agent"\nLoadPlugin owner\n'
    with Machine(stage, AGENT, before=before) as machine:
        machine.snmpd_more.write_text("rwcommunity private\n")
        yield machine.start()


def cell(row, column=2):
    """The OID of a cell of the row with this name."""
    return f"{PEN}.1.1.{column}.{text_index(row)}"


def put(m, *rows, columns="ab"):
    """These rows, with the value 1."""
    for row in rows:
        for name in columns:
            m.put(f"owner-{row}/gauge-{name}", 1, interval=600)
        m.wait_get(cell(row), 1)
        m.wait_get(cell(row, 3), 1)


def try_set(m, *oids, value=2, version=V2C):
    """(error status, error index) of a SET of all these."""
    gauge = bytes([0x42]) + ber.integer(value)[1:]
    answer = m.snmp.set({oid: gauge for oid in oids}, community="private", version=version, timeout=15)
    return answer.error, answer.index


def done(m, row):
    """What the owner did to a row, in order: [(column's name, value)]."""
    lines = (line.split(f"owner plugin: {row}/", 1) for line in m.collectd.said().splitlines())
    return [(words[1][0], int(words[1].split()[-1])) for words in lines if len(words) == 2]


@pytest.mark.parametrize("row, error", OUTCOMES.items(), ids=OUTCOMES)
def test_one_binding(m, row, error):
    """The error's name and that it is the first binding; for a manager of version 1 what stands for it."""
    put(m, row)
    assert try_set(m, cell(row)) == (error, 1 if error else 0)
    assert done(m, row) == ([("a", 2)] if error == NO_ERROR else [])
    older, _ = try_set(m, cell(row), version=V1)
    assert older == OLDER.get(error, GEN_ERR)


def test_what_no_owner_is_asked(m):
    """No such row, another type."""
    put(m, "ok.ok.ok")
    assert try_set(m, cell("ok.ok.missing")) == (NO_CREATION, 1)
    answer = m.snmp.set({cell("ok.ok.ok"): ber.tlv(STRING, b"2")}, community="private")
    assert (answer.error, answer.index) == (WRONG_TYPE, 1)


@pytest.mark.parametrize("column", [2, 3], ids=["one column", "two columns"])
def test_what_was_done_is_undone(m, column):
    """The second of three bindings is refused at the last: the first is set back, the third never set."""
    good, bad, last = "ok.ok.ok.first", "ok.genErr.ok.second", "ok.ok.ok.last"
    put(m, good, bad, last)
    before = len(done(m, good))
    assert try_set(m, cell(good), cell(bad, column), cell(last)) == (COMMIT_FAILED, 2)
    assert done(m, good)[before:] == [("a", 2), ("a", 1)]
    assert done(m, last) == []


@pytest.mark.parametrize("column", [2, 3], ids=["one column", "two columns"])
def test_what_cannot_be_undone(m, column):
    """The manager is told that something stays changed."""
    stays, bad = "ok.ok.genErr", "ok.genErr.ok.last"
    put(m, stays, bad)
    error, _ = try_set(m, cell(stays), cell(bad, column))
    assert error == UNDO_FAILED
    assert done(m, stays)[-1] == ("a", 2)


def test_many_bindings(m):
    """Two hundred in one request."""
    rows = [f"ok.ok.ok.{number}" for number in range(100)]
    put(m, *rows)
    assert try_set(m, *(cell(row, column) for row in rows for column in (2, 3))) == (NO_ERROR, 0)
    assert all(done(m, row) == [("a", 2), ("b", 2)] for row in rows)


@pytest.mark.parametrize("row, error, end", [
    (f"{TOO_LATE}.ok.ok", RESOURCE_UNAVAILABLE, []),
    (f"ok.{LATE}.ok", COMMIT_FAILED, [("a", 2), ("a", 1)]),
    (f"ok.{TOO_LATE}.ok", UNDO_FAILED, [("a", 2)]),
], ids=["late to test", "late to do it", "later"])
def test_an_owner_that_is_late(m, row, error, end):
    """Its own SET fails, and what it does all the same is undone where that is still possible; all else is
    served at once, snmpd keeps us, and the next SET works. (snmpd asks again after a second: done once.)"""
    put(m, row, "ok.ok.ok")
    answers = m.collectd.said().count(f"{m.snmpd.agentx} answers")
    assert try_set(m, cell(row)) == (error, 1)
    assert m.get(cell("ok.ok.ok"), timeout=0.5) == 1
    wait_until(lambda: try_set(m, cell("ok.ok.ok")) == (NO_ERROR, 0), 10, m.said, step=0.5)
    assert done(m, row) == end
    said = m.collectd.said()
    assert "SNMP can't wait for the owner of r1/owner-" in said
    assert said.count(f"{m.snmpd.agentx} answers") == answers
