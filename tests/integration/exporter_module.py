# SPDX-License-Identifier: MIT
"""What does Prometheus' snmp_exporter make of keepalived's tables, by its module for them?

That module is generated from the MIB files, as this one is: the same tables, each column a metric
but the paths of scripts; in the forms before and since the exporter's 0.23."""

import http.client
import pathlib
import re
import socket
import subprocess

import monitors
from lab import wait_until
from lab.daemon import Daemon

MIBS = pathlib.Path("/usr/share/snmp/mibs")  # of Debian's keepalived
TABLES = {
    "vrrpInstanceEntry": ("KEEPALIVED-MIB", monitors.INSTANCE_ENTRY),
    "vrrpSyncGroupEntry": ("KEEPALIVED-MIB", monitors.GROUP_ENTRY),
    "virtualServerGroupEntry": ("KEEPALIVED-MIB", monitors.SERVER_GROUP_ENTRY),
    "virtualServerEntry": ("KEEPALIVED-MIB", monitors.SERVICE_ENTRY),
    "realServerEntry": ("KEEPALIVED-MIB", monitors.SERVER_ENTRY),
    "vrrpRouterStatsEntry": ("VRRP-MIB", f"{monitors.VRRP_STATS_TABLE}.1"),
    "vrrpv3StatisticsEntry": ("VRRPv3-MIB", f"{monitors.VRRPV3_STATS_TABLE}.1"),
}
# Those that a MIB file doesn't tell in place.
INDEXES = {"vrrpRouterStatsEntry": ["ifIndex", "vrrpOperVrId"],
           "vrrpv3StatisticsEntry": ["ifIndex", "vrrpv3OperationsVrId", "vrrpv3OperationsInetAddrType"]}
TYPES = {"Counter32": "counter", "Counter64": "counter", "DisplayString": "DisplayString",
         "InetAddress": "OctetString", "OCTET": "OctetString", "IpAddress": "InetAddressIPv4",
         "DateAndTime": "OctetString"}
TEXTS = {"DisplayString", "OctetString", "InetAddressIPv4"}


def _columns(text, entry):
    """[(name, number, syntax)] of a table's columns that can be read."""
    for block in re.split(r"\n[ \t]*(?=\w+\s+OBJECT-TYPE)", text):
        head = re.match(r"(\w+)\s+OBJECT-TYPE\s+SYNTAX\s+(\w+)", block)
        place = re.search(r"::=\s*\{\s*" + entry + r"\s+(\d+)\s*\}", block)
        if head and place and "not-accessible" not in block and "Script" not in head[1]:
            yield head[1], int(place[1]), head[2]


def _indexes(text, entry):
    if entry in INDEXES:
        return INDEXES[entry]
    listed = re.search(entry + r"\s+OBJECT-TYPE.*?INDEX\s*\{([^}]*)\}", text, re.S)[1]
    return [name.strip() for name in listed.split(",")]


def metrics():
    """{name: (entry's OID and number, type, [index])} of each column."""
    found = {}
    for entry, (mib, oid) in TABLES.items():
        text = (MIBS / f"{mib}.txt").read_text()
        for name, number, syntax in _columns(text, entry):
            found[name] = (f"{oid}.{number}", TYPES.get(syntax, "gauge"), _indexes(text, entry))
    return found


class Exporter(Daemon):
    """snmp_exporter on a router, with that module."""

    def __init__(self, router):
        self.router = router
        path = router.directory / "snmp.yml"
        path.write_text(text_of(exporter_version()))
        super().__init__(router.argv("prometheus-snmp-exporter", f"--config.file={path}",
                                     "--web.listen-address=127.0.0.1:9116"), router.directory / "exporter.log")

    def scrape(self, port=161):
        """{(metric, (label's value, ...)): value} of the agent on this port."""
        connection = http.client.HTTPConnection("127.0.0.1", 9116, timeout=20)
        with self.router.inside():
            connection.sock = socket.create_connection(("127.0.0.1", 9116), 5)
        connection.request("GET", f"/snmp?target=127.0.0.1:{port}&module=keepalived&auth=public_v2")
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        assert answer.status == 200, text
        return parse(text)

    def ready(self):
        """Waits until it answers; returns self."""
        def answers():
            assert self.running, self.said()
            try:
                return self.scrape() or True
            except OSError:
                return None
        wait_until(answers, 15, self.said, step=0.1)
        return self


def exporter_version():
    """(0, 21) of the one that is installed."""
    done = subprocess.run(["prometheus-snmp-exporter", "--version"], text=True, capture_output=True, check=True)
    return tuple(map(int, re.search(r"version (\d+)\.(\d+)", done.stdout + done.stderr).groups()))


def text_of(version):
    """snmp.yml with the module keepalived."""
    lines = ["walk:", *(f"- {oid.rpartition('.')[0]}" for _, oid in TABLES.values()), "metrics:"]
    for name, (oid, kind, indexes) in metrics().items():
        lines += [f"- name: {name}", f"  oid: {oid}", f"  type: {kind}", f"  help: {name}", "  indexes:"]
        for index in indexes:
            lines += [f"  - labelname: {index}", "    type: gauge"]
    module = ["keepalived:", *(f"  {line}" for line in lines)]
    if version < (0, 23):
        return "\n".join([*module, ""])
    return "\n".join(["auths:", "  public_v2:", "    version: 2", "    community: public", "modules:",
                      *(f"  {line}" for line in module), ""])


def parse(text):
    """{(metric, (label's value, …)): number} of an answer, of the module's metrics alone."""
    known = metrics()
    found = {}
    for name, labels, value in re.findall(r"^(\w+)\{(.*)\} (\S+)$", text, re.M):
        if name in known:
            pairs = dict(re.findall(r'(\w+)="((?:[^"\\]|\\.)*)"', labels))
            index = tuple(pairs[label] for label in known[name][2])
            found[name, index] = pairs[name] if known[name][1] in TEXTS else float(value)
    return found
