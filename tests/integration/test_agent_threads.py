# SPDX-License-Identifier: MIT
"""snmp_agent beside collectd's own `snmp` plugin, which polls on the same net-snmp library, in one
process under ThreadSanitizer: both at work, and no report has anything of ours in it."""

import os
import pathlib
import re
import subprocess
import threading
import time

import pytest

from agent_lab import LONG, SEVERAL, Machine
from lab import Stage, wait_until

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
BASE = "1.3.6.1.4.1.8072.9999.6100"
AGENT = f"""<Table "rows">
  IndexOID "{BASE}.1.9"
  SizeOID "{BASE}.2"
  <IndexKey>
    Source "PluginInstance"
  </IndexKey>
  <Data "v">
    Plugin "hand"
    Type "gauge"
    Syntax "Gauge32"
    OIDs "{BASE}.1.1"
  </Data>
  <Data "name">
    Plugin "hand"
    Type "gauge"
    Value "PluginInstance"
    OIDs "{BASE}.1.2"
  </Data>
</Table>
<Data "haScalar">
  Plugin "hand"
  PluginInstance "steady"
  Type "gauge"
  OIDs "HA-TEST-MIB::haScalar"
</Data>
<Notification "any">
  Plugin "hand"
  Trap "{BASE}.0.1"
  <Object "{BASE}.1.2">
    Table "rows"
    Value "PluginInstance"
    Syntax "DisplayString"
  </Object>
</Notification>
"""
POLLER = f"""
PluginDir "/usr/lib/collectd"
LoadPlugin snmp
<Plugin snmp>
  <Data "rows">
    Type "gauge"
    Table true
    TypeInstanceOID "{BASE}.1.2"
    Values "{BASE}.1.1"
  </Data>
  <Data "scalar">
    Type "gauge"
    TypeInstance "scalar"
    Values "HA-TEST-MIB::haScalar.0"
  </Data>
  <Host "polled">
    Address "127.0.0.1"
    Version 2
    Community "public"
    Collect "rows" "scalar"
    Interval 0.1
    Timeout 1
  </Host>
</Plugin>
"""
_REPORT = re.compile(r"^WARNING: ThreadSanitizer:.*?^={10,}$", re.M | re.S)


class SanitizedStage(Stage):
    """snmp_agent alone, straight from a build with ThreadSanitizer."""

    def __init__(self):
        super().__init__(ROOT / os.environ.get("HA_BUILD_TSAN", "build-tsan"))
        if not (self.build / "CMakeCache.txt").exists():
            self._run("cmake", "-B", self.build, "--preset", "tsan")
        self._run("cmake", "--build", self.build, "--target", "snmp_agent")

    @staticmethod
    def _run(*argv):
        subprocess.run(argv, cwd=ROOT, check=True, capture_output=True, timeout=300)

    @property
    def plugins(self):
        return self.build / "plugins/snmp_agent"

    @property
    def share(self):
        return ROOT


@pytest.fixture(scope="module")
def sanitized():
    """The build under ThreadSanitizer, brought up to date."""
    return SanitizedStage()


def reports(machine):
    """What ThreadSanitizer said: (in which our code or data took part, wholly others')."""
    found = _REPORT.findall(machine.collectd.said())
    return ([r for r in found if "snmp_agent.so" in r], [r for r in found if "snmp_agent.so" not in r])


def feed(machine, stop):
    """Rows that stay, rows that come and go, notifications."""
    i = 0
    while not stop.is_set():
        i += 1
        machine.put("hand-steady/gauge", i)
        machine.put(f"hand-row{i % 50}/gauge", i, interval=0.1)
        machine.collectd.ask(f"PUTNOTIF severity=okay time={time.time():.3f} message=moved host=r1 "
                             f"plugin=hand plugin_instance=row{i % 50} type=gauge")


@pytest.mark.parametrize("first", ["snmp", "snmp_agent"])
def test_beside_the_snmp_plugin(sanitized, first):
    """Both serve and poll while rows come and go, snmpd restarts and managers ask."""
    before, after = (POLLER, "") if first == "snmp" else ("", POLLER)
    with Machine(sanitized, AGENT, writers=SEVERAL, interval=0.2, wrap=("setarch", "-R"), before=before,
                 extra=f"Timeout 2\n{after}") as m:
        m.start()
        stop = threading.Event()
        feeding = threading.Thread(target=feed, args=(m, stop), daemon=True)
        feeding.start()
        try:
            m.wait_served(f"{BASE}.2.0", 5)
            wait_until(lambda: has_polled(m), 10, m.said)
            work(m, 60 if LONG else 3)
            m.snmpd.stop()
            m.snmpd.start().ready()
            m.wait_served(f"{BASE}.2.0", 5)
            work(m, 2)
        finally:
            stop.set()
            feeding.join()
        m.collectd.stop(10)
        ours, others = reports(m)
        assert not ours, ours[0]
        print(f"{len(others)} reports wholly of the daemon and its libraries")


def test_net_snmp_serves_at_start_only(stage):
    """What the two could share: the library's MIB tree and snmp.conf, read before any thread runs. Nothing of
    its sessions, its alarms or its agent half is used."""
    symbols = subprocess.run(["nm", "-D", "--undefined-only", stage.plugins / "snmp_agent.so"],
                             text=True, capture_output=True, check=True).stdout
    library = r"\bU ((?:net)?snmp_\w+|init_snmp|init_agent|read_\w+|get_tree\w*|agent_\w+)"
    used = set(re.findall(library, symbols))
    assert used <= {"snmp_parse_oid", "netsnmp_init_mib", "read_premib_configs", "get_tree", "get_tree_head",
                    "netsnmp_register_loghandler", "netsnmp_remove_loghandler"}, used
    needed = subprocess.run(["readelf", "-d", stage.plugins / "snmp_agent.so"], text=True,
                            capture_output=True, check=True).stdout
    assert "libnetsnmpagent" not in needed


def work(machine, seconds):
    """Managers ask for all of it."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        machine.snmp.walk(BASE)
        machine.snmp.bulk([f"{BASE}.1.1", f"{BASE}.1.2"], 25)


def has_polled(machine):
    """The snmp plugin brought our own row back as a value."""
    return (machine.cached("polled/snmp/gauge-steady") or {}).get("value", 0) > 1 \
        and machine.cached("polled/snmp/gauge-scalar") is not None
