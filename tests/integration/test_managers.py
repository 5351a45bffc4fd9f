# SPDX-License-Identifier: MIT
"""Other people's managers poll our agent: Prometheus' snmp_exporter and collectd's snmp plugin,
with the very snippets of docs/managers.md. Values are those of net-snmp's own walk."""

import http.client
import re
import socket
import subprocess
import textwrap

import pytest

from conftest import ROOT
from lab import MASTER, Daemon, Instance, Lab, oids, wait_until

EXPORTER = ROOT / "dashboards/snmp_exporter"
NUMBERS = {"vrrpOperState": oids.OPER_STATE, "vrrpOperPriority": oids.OPER_PRIORITY,
           "vrrpStatsBecomeMaster": oids.STATS_BECOME_MASTER, "vrrpv3OperationsStatus": oids.V3_STATUS}


@pytest.fixture(scope="module", name="r1")
def fixture_r1(stage):
    """The master of VRID 10 and 20 over IPv4, served over SNMP."""
    with Lab(stage) as lab:
        r1 = lab.router("r1", "192.168.1.2/24")
        r1.add_keepalived(Instance("ten", 10, 120, ["192.168.1.1/24"]),
                          Instance("twenty", 20, 100, ["192.168.1.20/24"])).start()
        r1.monitor()
        for vrid in (10, 20):
            r1.wait_state(vrid, MASTER, 15)
        yield r1


def walked(router, column):
    """{index: number} of a column, by snmpbulkwalk."""
    return {oid[len(column) + 1:]: int(value) for oid, (_, value) in router.walk(column).items()}


def scrape(router):
    """snmp_exporter's answer about this router, as Prometheus gets it."""
    with router.inside():
        connected = socket.create_connection(("127.0.0.1", 9116), 5)
    connection = http.client.HTTPConnection("127.0.0.1", 9116, timeout=10)
    connection.sock = connected
    connection.request("GET", "/snmp?target=127.0.0.1&module=collectd_ha_vrrp&auth=collectd_ha")
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    assert answer.status == 200, text
    return text


def exporter_file():
    """The file for the exporter that is installed."""
    done = subprocess.run(["prometheus-snmp-exporter", "--version"], text=True, capture_output=True, check=True)
    version = re.search(r"version (\d+)\.(\d+)", done.stdout + done.stderr)
    return EXPORTER / ("snmp.yml" if tuple(map(int, version.groups())) >= (0, 23) else "snmp-0.21.yml")


def test_exporter_files_are_one():
    """Both forms walk and show the same."""
    old, new = ((EXPORTER / name).read_text().split("  walk:\n")[1] for name in ("snmp-0.21.yml", "snmp.yml"))
    assert textwrap.dedent(new) == textwrap.dedent(old)


def test_snmp_exporter(r1):
    """Every number is that of the walk, under its index."""
    exporter = r1.lab.manage(Daemon(r1.argv(
        "prometheus-snmp-exporter", f"--config.file={exporter_file()}", "--web.listen-address=127.0.0.1:9116"),
        r1.directory / "exporter.log")).start()

    def answers():
        assert exporter.running, exporter.said()
        try:
            return scrape(r1)
        except OSError:
            return None
    text = wait_until(answers, 15, exporter.said, step=0.1)
    for name, column in NUMBERS.items():
        found = {".".join(re.findall(r'="(\d+)"', labels)): int(float(value))
                 for labels, value in re.findall(rf"^{name}\{{(.*)\}} (\S+)$", text, re.M)}
        # the labels stand in alphabetical order, the index in the MIB's
        wanted = {".".join(in_label_order(name, index)): value for index, value in walked(r1, column).items()}
        assert found == wanted and len(found) == 2
    assert f'vrrpOperMasterIpAddr="{r1.address}"' in text
    received = dict(re.findall(r'^vrrpStatsAdvertiseRcvd\{.*vrrpOperVrId="(\d+)"\} (\S+)$', text, re.M))
    assert set(received) == {"10", "20"}


def in_label_order(name, index):
    """An index's parts as the exporter's labels are sorted: v3 has its address type before the VRID."""
    parts = index.split(".")
    return [parts[0], parts[2], parts[1]] if name.startswith("vrrpv3") else parts


def snippet():
    """The collectd.conf of docs/managers.md."""
    text = (ROOT / "docs/managers.md").read_text()
    return re.search(r"^```\n(LoadPlugin snmp\n.*?)^```$", text, re.M | re.S)[1]


def test_collectd_snmp(r1):
    """collectd's own plugin reads the same states."""
    text = snippet()
    assert 'Address "192.168.1.2"' in text and "Interval 10\n" in text
    text = text.replace('"192.168.1.2"', '"127.0.0.1"').replace("Interval 10\n", "Interval 1\n")
    directory = r1.directory / "manager"
    directory.mkdir()
    socket_path = directory / "sock"
    (directory / "collectd.conf").write_text(
        f'Hostname "manager"\nFQDNLookup false\nInterval 1\nBaseDir "{directory}"\n'
        f'PIDFile "{directory}/pid"\nTypesDB "/usr/share/collectd/types.db"\n'
        'LoadPlugin logfile\n<Plugin logfile>\n  File "stderr"\n</Plugin>\n'
        f'LoadPlugin unixsock\n<Plugin unixsock>\n  SocketFile "{socket_path}"\n'
        '  SocketGroup "root"\n</Plugin>\n' + text)
    manager = r1.lab.manage(Daemon(r1.argv("collectd", "-f", "-C", directory / "collectd.conf"),
                                   directory / "log", {"MIBS": ""})).start()

    def states():
        if not manager.listens(socket_path):
            return None
        found = {}
        for index in walked(r1, oids.OPER_STATE):
            answer = ask(socket_path, f'GETVAL "router1/snmp-vrrpOperState/gauge-{index}"')
            if answer[0].startswith("-1"):
                return None
            found[index] = float(answer[1].split("=")[1])
        return found
    found = wait_until(states, 15, manager.said, step=0.2)
    assert found == walked(r1, oids.OPER_STATE) == {r1.index(10): MASTER, r1.index(20): MASTER}
    index = r1.index(10)
    wait_until(lambda: not ask(socket_path, "GETVAL \"router1/snmp-vrrpStatsAdvertiseRcvd/counter-"
                               f'{index}"')[0].startswith("-1"), 15, manager.said, step=0.2)
    manager.stop()


def ask(path, command):
    """The lines of an answer on collectd's socket."""
    with socket.socket(socket.AF_UNIX) as unix:
        unix.settimeout(5)
        unix.connect(str(path))
        unix.sendall(f"{command}\n".encode())
        stream = unix.makefile()
        status = stream.readline().strip()
        return [status] + [stream.readline().strip() for _ in range(max(0, int(status.split()[0])))]
