# SPDX-License-Identifier: MIT
"""Whatever snmpd does, collectd goes on: no thread of it waits, csv has no hole, the cache is
fresh, memory stays bounded, it stops in time, and rows are back soon after snmpd is."""

import contextlib
import os
import pathlib
import random
import tempfile
import time

import pytest

from agent_lab import LONG, SEVERAL, Machine, Pulse
from agent_masters import (GET, RESPONSE, FakeMaster, SlowWay, closing_after, deaf, floods, mute,
                           opened_then, pdu, saying, slams)
from agent_snmp import NO_OBJECT
from lab import wait_until

BASE = "1.3.6.1.4.1.8072.9999.6000"
TABLE = f"""<Table "rows">
  SizeOID "{BASE}.9"
  <IndexKey>
    Source "PluginInstance"
  </IndexKey>
  <Data "v">
    Plugin "hand"
    Type "gauge"
    Syntax "Gauge32"
    OIDs "{BASE}.1.1"
  </Data>
</Table>
"""
STEADY = f"{BASE}.1.1.6.115.116.101.97.100.121"  # "steady"
BACK = 2.0  # seconds from snmpd's return until rows are served
STOP = 5.0
PAUSE = 120 if LONG else 4


@pytest.fixture
def m(stage):
    """collectd with one row that stays, before snmpd."""
    with Machine(stage, TABLE, writers=SEVERAL) as machine:
        yield machine


def with_snmpd(machine):
    """Both run and the row is served."""
    machine.start()
    machine.put("hand-steady/gauge", 42, interval=600)
    machine.wait_get(STEADY, 42)


def comes_back(machine):
    """snmpd starts; the row is served in time."""
    machine.snmpd.start().ready()
    machine.wait_get(STEADY, 42, BACK)


def stops(machine):
    """collectd ends in time and cleanly."""
    assert machine.collectd.stop(STOP) < STOP
    assert machine.collectd.process.returncode == 0, machine.said()


@contextlib.contextmanager
def harmless(machine, kilobytes=8000):
    """What happens in here must not be felt by anything of collectd."""
    before = machine.memory()
    with Pulse(machine) as pulse:
        yield
    pulse.check()
    grown = machine.memory() - before
    assert grown < kilobytes, f"grew by {grown} kB"
    assert machine.collectd.running


def said_once(machine, text):
    """A lasting fault is one line of the log."""
    lines = [line for line in machine.collectd.said().splitlines() if text in line]
    assert len(lines) == 1, machine.said()


def test_absent_at_start(m):
    """Values are taken in without snmpd, and served as soon as it comes."""
    m.start(snmpd=False)
    m.put("hand-steady/gauge", 42, interval=600)
    with harmless(m):
        time.sleep(2)
    said_once(m, "is not there")
    comes_back(m)
    stops(m)


def test_never_there(m):
    """collectd stops in time though it never saw snmpd."""
    m.start(snmpd=False)
    stops(m)


def test_stopped(m):
    """SIGSTOP, with new rows coming; it resumes and serves them all."""
    with_snmpd(m)
    m.snmpd.pause()
    with harmless(m):
        time.sleep(PAUSE)
    m.snmpd.resume()
    m.wait_get(STEADY, 42, BACK)
    # Every new row of the pulse, and its own.
    wait_until(lambda: m.snmp.quiet(f"{BASE}.9.0") == len(m.snmp.walk(f"{BASE}.1.1")) >= 4, 2, m.said)


def test_stop_while_stopped(m):
    """collectd ends in time though snmpd hangs."""
    with_snmpd(m)
    m.snmpd.pause()
    m.put("hand-new/gauge", 1)
    stops(m)


def test_started_while_stopped(m):
    """snmpd hangs before collectd comes; its socket is there and nobody accepts."""
    m.snmpd.start().ready()
    m.snmpd.pause()
    m.collectd.start().ready()
    m.put("hand-steady/gauge", 42, interval=600)
    with harmless(m):
        time.sleep(2)
    m.snmpd.resume()
    m.wait_get(STEADY, 42, BACK)


def test_killed(m):
    """kill -9; the row is back in time."""
    with_snmpd(m)
    m.snmpd.kill()
    with harmless(m):
        time.sleep(1.5)
    comes_back(m)
    stops(m)


def test_killed_while_asked(m):
    """kill -9 under load, twice; no answer that was under way does harm."""
    with_snmpd(m)
    for _ in range(2):
        for i in range(50):
            m.snmp.ask(0xA5, [f"{BASE}.1.1"], 0, 20)
            if i == 40:
                m.snmpd.kill()
                break
        comes_back(m)
    stops(m)


def test_restarted_every_second(m):
    """Five times; each time the row is back before the next."""
    with_snmpd(m)
    with harmless(m):
        for _ in range(60 if LONG else 5):
            begin = time.monotonic()
            m.snmpd.stop()
            comes_back(m)
            time.sleep(max(0, 1 - (time.monotonic() - begin)))
    assert len(m.collectd.said().splitlines()) < 60, "the log fills"
    stops(m)


def test_slow(stage):
    """300 ms for every answer: collectd doesn't feel it, rows are served all the same."""
    with tempfile.TemporaryDirectory() as directory:
        near = pathlib.Path(directory) / "near"
        with Machine(stage, TABLE, agentx=near, writers=SEVERAL) as m, SlowWay(near, m.snmpd.agentx, 0.3):
            m.start()
            m.put("hand-steady/gauge", 42, interval=600)
            wait_until(lambda: m.snmp.quiet(STEADY, 1) == 42, 5, m.said)
            with harmless(m):
                for _ in range(4):
                    begin = time.monotonic()
                    assert m.get(STEADY) == 42
                    assert time.monotonic() - begin > 0.25, "the way is not slow"
            stops(m)


RANDOM = random.Random(3)
OPEN_OK = pdu(RESPONSE, bytes(8), session=7)
NONSENSE = {
    "random octets": saying(RANDOM.randbytes(5000)),
    "zeros": saying(bytes(5000)),
    "text": saying(b"HTTP/1.1 400 Bad Request\r\n\r\n"),
    "wrong version": saying(pdu(RESPONSE, bytes(8), version=2)),
    "endless PDU": saying(pdu(RESPONSE, bytes(8), length=0xFFFFFFFC)),
    "length not of four": saying(pdu(RESPONSE, bytes(8), length=7)),
    "an answer nobody asked for": saying(pdu(RESPONSE, bytes(8), packet=99) * 50),
    "requests before the session": saying(pdu(GET, bytes(24)) * 50),
    "half a header": closing_after(OPEN_OK[:11]),
    "half a PDU": closing_after(OPEN_OK[:24]),
    "closes at once": slams,
    "mute": mute,
    "deaf": deaf,
    "open, then random octets": opened_then(RANDOM.randbytes(5000)),
    "open, then half a Get": opened_then(pdu(GET, bytes(40), session=7)[:41], close=True),
    "open, then a Get that lies": opened_then(pdu(GET, b"\xff" * 40, session=7)),
    "open, then unknown PDUs": opened_then(b"".join(pdu(k, bytes(8), session=7) for k in range(256))),
    "open, then Gets of nothing": opened_then(pdu(GET, session=7) * 1000),
    "open, then a flood of Gets whose answers nobody reads": opened_then(
        pdu(GET, bytes(24), session=7) * 100000),
    "a flood of Gets before the session": floods(pdu(GET, bytes(24), session=7) * 100, 2),
    "a flood of random octets": floods(RANDOM.randbytes(60000), 2),
}


@pytest.mark.parametrize("name", NONSENSE)
def test_nonsense(m, name):
    """A master that talks nonsense or hangs up; then the real one comes and is served in time."""
    with FakeMaster(m.directory / "agentx", NONSENSE[name]) as master:
        m.start(snmpd=False)
        m.put("hand-steady/gauge", 42, interval=600)
        with harmless(m):
            wait_until(lambda: master.visits, 3, "nobody visits the fake master")
            time.sleep(1)
        visits = master.visits
        assert visits < 20, f"{visits} visits in a second or two"
    os.unlink(m.directory / "agentx")
    assert len(m.collectd.said().splitlines()) < 25, m.said()
    comes_back(m)
    stops(m)


@pytest.mark.parametrize("name", ["mute", "deaf", "a flood of random octets"])
def test_stop_in_nonsense(m, name):
    """collectd ends in time whatever the master does."""
    with FakeMaster(m.directory / "agentx", NONSENSE[name]) as master:
        m.start(snmpd=False)
        wait_until(lambda: master.visits, 3, "nobody visits the fake master")
        stops(m)


def test_it_leaves_nothing_behind(m):
    """When collectd has ended, snmpd knows nothing of it, and takes it again."""
    with_snmpd(m)
    stops(m)
    assert m.snmp.get(STEADY).binds[0].tag == NO_OBJECT
    with_collectd_again(m)


def test_collectd_is_killed(m):
    """kill -9: snmpd lets its objects go, and takes them again."""
    with_snmpd(m)
    m.collectd.kill()
    with_collectd_again(m)


def with_collectd_again(machine):
    """collectd starts once more beside the same snmpd."""
    machine.collectd.socket.unlink(missing_ok=True)
    machine.collectd.log.unlink()
    machine.collectd.start().ready()
    machine.put("hand-steady/gauge", 43, interval=600)
    machine.wait_get(STEADY, 43, BACK)


def test_no_thread_but_one(m):
    """One thread more than collectd has without us, and it sleeps when nothing happens."""
    with_snmpd(m)
    assert m.collectd.our_threads() == {"agentx"}, m.collectd.threads()
    tid = next(t for t, name in m.collectd.threads().items() if name == "agentx")
    before = m.collectd.switches()[tid]
    time.sleep(2)
    assert m.collectd.switches()[tid] - before <= 4
