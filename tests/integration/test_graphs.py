# SPDX-License-Identifier: MIT
"""Graphs and alerts: a real Prometheus scrapes a live collectd; rrdtool draws what it wrote.

The kernel here has no IPVS, so values with the ipvs plugin's identity are put in through
collectd's own socket, once a second; that the plugin's are the same is tests/vm's to show.
"""

import csv
import http.client
import json
import os
import re
import signal
import socket
import struct
import subprocess
import threading
import time
import urllib.parse

import pytest

from conftest import ROOT
from lab import Daemon, Instance, Lab, wait_until
from lab.wire import Sender, frame_v4, vrrp_v3

PROMETHEUS = ROOT / "dashboards/prometheus"
BOARDS = sorted((ROOT / "dashboards/grafana").glob("*.json"))
SERVICE = "ipvs-192.0.2.1_TCP80"
STATISTICS = {"connections": 1, "if_packets": 2, "if_octets": 2}
EXTRA = """
<Plugin write_prometheus>
  Port "9103"
</Plugin>
<Plugin rrdtool>
  DataDir "{rrd}"
  CacheTimeout 0
</Plugin>"""


class Prometheus(Daemon):
    """Prometheus with the project's own rules and configuration, faster, inside a router."""

    def __init__(self, router, *targets, port=9090):
        self.router, self.port = router, port
        conf = router.directory / f"prometheus-{port}.yml"
        text = (PROMETHEUS / "prometheus.yml").read_text()
        conf.write_text(text.replace("_interval: 10s", "_interval: 1s").replace(
            "collectd-ha.rules.yml", str(PROMETHEUS / "collectd-ha.rules.yml")).replace(
            "# - keepalived-exporters.rules.yml", f"- {PROMETHEUS}/keepalived-exporters.rules.yml").replace(
            '["127.0.0.1:9103"]', json.dumps(targets or ["127.0.0.1:9103"])))
        super().__init__(router.argv(
            "prometheus", f"--config.file={conf}", f"--storage.tsdb.path={router.directory}/tsdb-{port}",
            f"--web.listen-address=127.0.0.1:{port}"), router.directory / f"prometheus-{port}.log")

    def get(self, path, **parameters):
        """`data` of an answer of its HTTP API."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        with self.router.inside():
            connection.sock = socket.create_connection(("127.0.0.1", self.port), 5)
        connection.request("GET", f"/api/v1/{path}?{urllib.parse.urlencode(parameters)}")
        response = connection.getresponse()
        if response.status == 503:  # it starts
            raise http.client.HTTPException(response.reason)
        answer = json.loads(response.read())
        connection.close()
        assert answer["status"] == "success", answer
        return answer["data"]

    def query(self, expression):
        """[(labels, value)] now."""
        return [(r["metric"], float(r["value"][1]))
                for r in self.get("query", query=expression)["result"]]

    def firing(self):
        """Names of the alerts that fire."""
        return {labels["alertname"] for labels, _ in self.query('ALERTS{alertstate="firing"}')}

    def ready(self):
        """Waits until it answers; returns self."""
        def answers():
            try:
                return self.get("query", query="1")
            except (OSError, http.client.HTTPException):
                return None
        wait_until(answers, 20, self.said, step=0.1)
        return self


class Balancer(threading.Thread):
    """Puts the values of a virtual server with two real servers into collectd, as ipvs does, and what
    keepalived's text dump has of a script, a sync group and the checkers, if nobody else tells it."""

    def __init__(self, collectd, keepalived=True):
        super().__init__(daemon=True)
        self.keepalived = keepalived
        self.collectd, self.count, self.going = collectd, 0, True
        self.weights = {"198.51.100.7_80": 1, "198.51.100.8_80": 2}
        self.missing = set()
        self.start()

    def put(self, kind, *values, of=SERVICE):
        """One value list."""
        answer = self.collectd.ask(f'PUTVAL "r1/{of}/{kind}" interval=1 '
                                   f'N:{":".join(map(str, values))}')
        assert answer[0].startswith("0 "), answer

    def tell(self):
        """All of them, once."""
        for name, pace in {"total": 30, "198.51.100.7_80": 10, "198.51.100.8_80": 20}.items():
            for kind, sources in STATISTICS.items():
                self.put(f"{kind}-{name}", *[0 if name in self.missing else self.count * pace] * sources)
        for name, weight in self.weights.items():
            missing = name in self.missing
            self.put(f"keepalived_server-{name}", int(weight > 0 and not missing))
            self.put(f"ipvs_server-{name}", 0 if missing else weight, int(missing), 0, 0, 10, 5, 0, *[10] * 5)
        up = sum(weight > 0 and name not in self.missing for name, weight in self.weights.items())
        if self.keepalived:
            self.put("keepalived_script-check", 1, of="vrrp-keepalived")
            self.put("keepalived_sync_group-both", 2, of="vrrp-keepalived")
        self.put("ipvs_service-total", len(self.weights), up, len(self.missing), 30, 5, 0, *[30] * 5)

    def run(self):
        while self.going:
            self.count += 1
            self.tell()
            time.sleep(1)

    def stop(self):
        """Puts no more."""
        self.going = False
        self.join()


class Scene:
    """r1 is master by preemption, watched by collectd and Prometheus; r2 is its backup."""

    def __init__(self, lab):
        self.lab = lab
        self.r1, self.r2 = lab.router("r1", "192.168.1.2/24"), lab.router("r2", "192.168.1.3/24")
        self.rrd = self.r1.directory / "rrd"
        self.collectd = self.r1.add_collectd(
            profiles=(), load=("vrrp",), plugins=("rrdtool", "write_prometheus"),
            vrrp=self.r1.keepalived_block(), extra=EXTRA.format(rrd=self.rrd)).start().ready()
        self.prometheus = lab.manage(Prometheus(self.r1)).start()
        self.r1.add_keepalived(self.instance(120))
        self.r2.add_keepalived(self.instance(100))
        self.r2.keepalived.start()
        self.wait_state(0)
        self.r1.keepalived.start()
        self.wait_state(3)
        self.balancer = Balancer(self.collectd)
        lab.on_exit(self.balancer.stop)
        self.prometheus.ready()

    @staticmethod
    def instance(priority):
        """The one virtual router, with five adverts a second."""
        return Instance("one", 10, priority, ["192.168.1.1/24"], version=3, interval=0.2)

    def wait_state(self, state):
        """Waits until collectd has r1 in this state."""
        wait_until(lambda: {"value": state} in self.collectd.values("vrrp_state").values(), 15,
                   self.collectd.said)

    def wait_firing(self, *names, timeout=15):
        """Waits until these alerts fire."""
        wait_until(lambda: set(names) <= self.prometheus.firing(), timeout,
                   lambda: f"firing: {self.prometheus.firing()}", step=0.2)

    def wait_quiet(self, *names):
        """Waits until these don't."""
        wait_until(lambda: not set(names) & self.prometheus.firing(), 15,
                   lambda: f"firing: {self.prometheus.firing()}", step=0.2)

    def vrrp_process(self):
        """keepalived's VRRP process of r1."""
        return int((self.r1.directory / "vrrp.pid").read_text())


@pytest.fixture(scope="module", name="scene")
def fixture_scene(stage):
    """One scene for all tests of the module: each leaves r1 master."""
    with Lab(stage) as lab:
        yield Scene(lab)


def filled(text):
    """A dashboard's expression with its variables set, as Grafana sets them for "All"."""
    return re.sub(r"\$(host|router|service)", ".*", text).replace("$__rate_interval", "10s").replace("$__interval", "1s")


def targets():
    """Every query of every panel."""
    for path in BOARDS:
        for panel in json.loads(path.read_text())["panels"]:
            for target in panel["targets"]:
                yield pytest.param(target["expr"], id=f"{path.stem}-{panel['title']}-{target['refId']}")


@pytest.mark.parametrize("expression", targets())
def test_panel(scene, expression):
    """The query is one that Prometheus takes, and it returns data."""
    wait_until(lambda: scene.prometheus.query(filled(expression)), 15,
               f"no data for {filled(expression)}", step=0.2)


@pytest.mark.parametrize("board", BOARDS, ids=lambda path: path.stem)
def test_annotations(scene, board):
    """Their queries are such that Prometheus takes."""
    for annotation in json.loads(board.read_text())["annotations"]["list"]:
        scene.prometheus.query(filled(annotation["expr"]))


def test_rejected_packets_are_counted_once(scene):
    """What is of a virtual router and what is of the host stand in panels of their own."""
    panels = {panel["title"]: panel["targets"][0]["expr"]
              for panel in json.loads((ROOT / "dashboards/grafana/vrrp.json").read_text())["panels"]}
    found = [{tuple(labels.get(key, "") for key in ("instance", "vrrp", "type"))
              for labels, _ in scene.prometheus.query(filled(panels[title]))}
             for title in ("Rejected adverts", "Rejected packets of the host")]
    assert all(found) and not found[0] & found[1]
    assert {vrrp for _, vrrp, _ in found[0]} == {"eth0-ipv4-10"}


@pytest.mark.parametrize("board", BOARDS, ids=lambda path: path.stem)
def test_board(scene, board):
    """Variables have values, and panels stand apart from each other."""
    it = json.loads(board.read_text())
    for variable in it["templating"]["list"][1:]:
        selector, label = re.fullmatch(r"label_values\((.*), (\w+)\)", variable["query"]["query"]).groups()
        assert scene.prometheus.get(f"label/{label}/values", **{"match[]": filled(selector)})
    assert len({panel["id"] for panel in it["panels"]}) == len(it["panels"])
    taken = set()
    for at in (panel["gridPos"] for panel in it["panels"]):
        cells = {(x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])}
        assert not cells & taken and at["x"] + at["w"] <= 24
        taken |= cells


def test_rules_are_sound():
    """promtool: the syntax, and the alerts' own tests."""
    for arguments in (("check", "rules", "collectd-ha.rules.yml"), ("check", "config", "prometheus.yml"),
                      ("test", "rules", "collectd-ha.tests.yml"),
                      ("check", "rules", "keepalived-exporters.rules.yml"),
                      ("test", "rules", "keepalived-exporters.tests.yml")):
        done = subprocess.run(["promtool", *arguments], cwd=PROMETHEUS, text=True,
                              capture_output=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr


# The metrics that the documentation of mehdy/keepalived-exporter and gen2brain/keepalived_exporter
# lists; ping is no business of ours.
COUNTED = ("advert_rcvd", "advert_sent", "become_master", "release_master", "packet_len_err",
           "advert_interval_err", "ip_ttl_err", "invalid_type_rcvd", "addr_list_err",
           "invalid_authtype", "authtype_mismatch", "auth_failure", "pri_zero_rcvd", "pri_zero_sent")
MEHDY = {"keepalived_up", "keepalived_vrrp_state", "keepalived_garp_delay", "keepalived_script_status",
         "keepalived_script_state", *(f"keepalived_{name}" for name in COUNTED)}
# What its newer releases call them.
MEHDY_TOTALS = {f"keepalived_{name}_total" for name in (
    "gratuitous_arp_delay", "advertisements_received", "advertisements_sent", "become_master", "release_master",
    "packet_length_errors", "advertisements_interval_errors", "ip_ttl_errors", "invalid_type_received",
    "address_list_errors", "authentication_invalid", "authentication_mismatch", "authentication_failure",
    "priority_zero_received", "priority_zero_sent")}
LVS = ("in_packets", "out_packets", "in_bytes", "out_bytes", "conn")
GEN2BRAIN = {*(f"keepalived_vrrp_{name}" for name in COUNTED),
             *(f"keepalived_lvs_{who}_{name}" for who in ("vip", "rs") for name in LVS)}


def test_every_metric_of_the_exporters_has_its_rule_and_its_test():
    """Published dashboards and alerts go on."""
    rules = re.findall(r"- record: (keepalived_\w+)", (PROMETHEUS / "keepalived-exporters.rules.yml").read_text())
    tested = re.findall(r"- expr: (\w+)", (PROMETHEUS / "keepalived-exporters.tests.yml").read_text())
    assert MEHDY | MEHDY_TOTALS | GEN2BRAIN <= set(rules) == set(tested)


def test_every_rule_has_a_test():
    """collectd-ha.tests.yml lets each alert fire."""
    rules = set(re.findall(r"- alert: (\w+)", (PROMETHEUS / "collectd-ha.rules.yml").read_text()))
    tested = set(re.findall(r"alertname: (\w+)", (PROMETHEUS / "collectd-ha.tests.yml").read_text()))
    assert rules == tested


def test_nothing_fires_without_reason(scene):
    """A master and its backup, all well."""
    wait_until(lambda: scene.prometheus.query("collectd_vrrp_vrrp_master_masters == 1"), 10, "one master")
    assert not scene.prometheus.firing()


def test_real_server_out(scene):
    """A real server that left the kernel, a weight of 0; so there is none any more."""
    scene.balancer.missing.add("198.51.100.8_80")
    scene.wait_firing("KeepalivedRealServerDead", "IpvsRealServersFewer", timeout=35)
    assert "IpvsRealServerOut" not in scene.prometheus.firing()
    scene.balancer.weights["198.51.100.7_80"] = 0
    scene.wait_firing("IpvsRealServerOut", "IpvsNoRealServer", timeout=25)
    scene.balancer.missing.clear()
    scene.balancer.weights["198.51.100.7_80"] = 1
    scene.wait_quiet("KeepalivedRealServerDead", "IpvsRealServerOut", "IpvsRealServersFewer", "IpvsNoRealServer")


def test_split_brain(scene):
    """r2 goes on speaking as a master of lower priority, which r1 is deaf to."""
    scene.r2.keepalived.stop()
    frame = frame_v4("192.168.1.3", vrrp_v3("192.168.1.3", 10, 90, ["192.168.1.1"], 20))
    sender, over = Sender(scene.r2), threading.Event()

    def speak():
        while not over.wait(0.2):
            sender.send(frame)
    thread = threading.Thread(target=speak, daemon=True)
    thread.start()
    try:
        scene.wait_firing("VrrpSplitBrain")
    finally:
        over.set()
        thread.join()
        sender.close()
    scene.wait_quiet("VrrpSplitBrain")


def test_no_master(scene):
    """Both daemons are gone."""
    scene.r2.keepalived.stop()
    scene.r1.keepalived.stop()
    scene.wait_firing("VrrpNoMaster")
    scene.r1.keepalived.start()
    scene.wait_state(3)
    scene.wait_quiet("VrrpNoMaster")


def test_stalled_daemon(scene):
    """The daemon hangs: its address stays, its adverts don't come."""
    os.kill(scene.vrrp_process(), signal.SIGSTOP)
    try:
        scene.wait_firing("VrrpStalled")
    finally:
        os.kill(scene.vrrp_process(), signal.SIGCONT)
    scene.wait_quiet("VrrpStalled")


def draw(scene, *arguments):
    """Paths of what the installed command drew."""
    done = subprocess.run(
        [scene.r1.lab.stage.prefix / "bin/collectd-ha-graph", "--data", scene.rrd, "--out",
         scene.r1.directory / "graphs", "--start", "end-60s", *arguments],
        text=True, capture_output=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return {line.rsplit("/", 1)[1]: scene.r1.directory / "graphs" / line.rsplit("/", 1)[1]
            for line in done.stdout.splitlines()}


def columns(path):
    """{name: its numbers} of a graph that was drawn as CSV."""
    header, *rows = csv.reader(path.read_text().splitlines())
    return {name: [float(row[at]) for row in rows if row[at].lower() != "nan"]
            for at, name in enumerate(header)}


def behind_the_pictures(scene):
    """{graph: columns} of those whose numbers are known; None until they have been written."""
    scene.collectd.ask("FLUSH plugin=rrdtool")
    drawn = draw(scene, "--format", "CSV", "vrrp-who", "vrrp-state", "ipvs-connections", "vrrp-outages")
    found = {name.split(".")[0]: columns(path) for name, path in drawn.items()}
    complete = (len(found) == 4 and 1 in found["vrrp-state"]["master"] and found["vrrp-who"]["r1 master"]
                and found["ipvs-connections"]["198.51.100.8_80"] and found["vrrp-outages"]["takeover"])
    return found if complete else None


def test_numbers_behind_the_pictures(scene):
    """The timelines show master, connections their pace, the outage its seconds."""
    found = wait_until(lambda: behind_the_pictures(scene), 15, "no numbers", step=1)
    assert any(pace == pytest.approx(20, rel=0.5) for pace in found["ipvs-connections"]["198.51.100.8_80"])
    assert any(0 < outage < 30 for outage in found["vrrp-outages"]["takeover"])


def test_pictures(scene):
    """Every graph is drawn as a PNG that holds a picture."""
    drawn = draw(scene)
    router, service = "eth0-ipv4-10", SERVICE.removeprefix("ipvs-")
    assert set(drawn) == {
        *(f"vrrp-{name}.{router}.png" for name in ("who", "state", "masters", "outages", "adverts", "priority")),
        *(f"ipvs-{name}.{service}.png" for name in ("connections", "octets", "weights"))}
    for path in drawn.values():
        png = path.read_bytes()
        assert png[:8] == b"\x89PNG\r\n\x1a\n"
        width, height = struct.unpack("!II", png[16:24])
        assert width > 800 and height > 200 and len(png) > 4000


class Files:
    """RRD files as collectd's rrdtool plugin makes them with Interval 10, filled by hand."""

    def __init__(self, directory):
        self.directory = directory / "r1" / "vrrp-eth0-ipv4-10"
        self.directory.mkdir(parents=True)

    def write(self, name, sources, values):
        """{time: values} of one type."""
        path = self.directory / f"{name}.rrd"
        archives = [f"RRA:{kind}:0.1:1:1200" for kind in ("AVERAGE", "MIN", "MAX")]
        subprocess.run(["rrdtool", "create", path, "--start", str(min(values) - 10), "--step", "10",
                        *(f"DS:{source}:GAUGE:20:0:U" for source in sources), *archives], check=True)
        subprocess.run(["rrdtool", "update", path, *(
            f"{at}:" + ":".join("U" if value is None else str(value) for value in row)
            for at, row in sorted(values.items()))], check=True)


def test_takeovers_at_interval_10(stage, tmp_path):
    """Takeovers shorter than a step, two minutes without a master: each at its place, with its length."""
    begin = 1_764_000_000
    short, shorter, lost, found = begin + 206, begin + 404, begin + 604, begin + 725
    times = {*range(begin + 3, begin + 1000, 10), short, short + 4, shorter + 1, lost, found}

    def masters(at):
        return int(not (short <= at < short + 4 or lost <= at < found))

    def outage(at):
        told = ((found, 121.2), (shorter + 1, 0.61), (short + 4, 3.61))
        return next((length for since, length in told if at >= since), 7.5)
    files = Files(tmp_path)
    files.write("vrrp_master", ["masters", "priority", "interval", "down_interval"],
                {at: (masters(at), 100, 1, 3.6) for at in times})
    files.write("vrrp_outage", ["value"], {at: (outage(at),) for at in times})
    files.write("vrrp_gap", ["value"], {at: (1.001 if masters(at) else None,) for at in times})
    files.write("vrrp_state", ["value"], {at: (3 if masters(at) else 2,) for at in times})
    subprocess.run([stage.prefix / "bin/collectd-ha-graph", "--data", tmp_path, "--out", tmp_path,
                    "--format", "CSV", "--start", str(begin + 30), "--end", str(begin + 980), "vrrp-outages", "vrrp-who"],
                   check=True, stdout=subprocess.DEVNULL)

    def rows(graph, name):
        lines = csv.DictReader((tmp_path / f"{graph}.eth0-ipv4-10.csv").read_text().splitlines())
        return {int(line["time"]): float(line[name]) for line in lines
                if line[name].lower() not in ("nan", "-nan") and float(line[name]) > 0}
    marks = rows("vrrp-outages", "takeover")
    assert list(marks.values()) == pytest.approx([3.61, 0.61, 121.2])
    assert [at - event for at, event in zip(marks, (short, shorter, found))] == pytest.approx([10] * 3, abs=10)
    counted = rows("vrrp-outages", "no master since")
    assert lost < min(counted) <= lost + 20 and list(counted.values()) == list(range(10, len(counted) * 10 + 1, 10))
    assert max(counted.values()) == pytest.approx(found - lost, abs=20)
    assert any(short - 10 < at <= short + 10 for at in rows("vrrp-who", "no master"))


def test_before_the_first_takeover(stage, tmp_path):
    """There is no vrrp_outage yet, so what is drawn of it is left out, and the rest is there."""
    begin, files = 1_764_000_000, Files(tmp_path)
    times = range(begin + 3, begin + 300, 10)
    files.write("vrrp_master", ["masters", "priority", "interval", "down_interval"], {at: (1, 100, 1, 3.6) for at in times})
    files.write("vrrp_gap", ["value"], {at: (1.001,) for at in times})
    files.write("vrrp_state", ["value"], {at: (3,) for at in times})
    done = subprocess.run([stage.prefix / "bin/collectd-ha-graph", "--data", tmp_path, "--out", tmp_path,
                           "--start", str(begin), "--end", str(begin + 300)], text=True, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    for graph in ("vrrp-who", "vrrp-state", "vrrp-masters", "vrrp-outages"):
        assert f"{graph}.eth0-ipv4-10.png" in done.stdout, done.stdout


@pytest.mark.parametrize("arguments, message", [
    (("no-such",), "no graph no-such: there are vrrp-who"),
    (("--host", "nobody"), "choose a host"),
])
def test_wrong_arguments(scene, arguments, message):
    """It says what there is."""
    done = subprocess.run([scene.r1.lab.stage.prefix / "bin/collectd-ha-graph", "--data", scene.rrd, *arguments],
                          text=True, capture_output=True, check=False)
    assert done.returncode == 1 and message in done.stderr


def test_late(scene):
    """The master's daemon is held up for nearly as long as its backup waits, 0.72 s: the takeover is
    still to come. Not before, for the alert stays for five minutes."""
    def held_up():
        scene.wait_state(3)
        begin = time.time()
        scene.lab.wire.wait(5, since=begin, vrid=10)
        os.kill(scene.vrrp_process(), signal.SIGSTOP)
        time.sleep(0.62)
        os.kill(scene.vrrp_process(), signal.SIGCONT)
        time.sleep(4)  # collectd's interval, Prometheus' and that of its rules
        return "VrrpLate" in scene.prometheus.firing()
    assert any(held_up() for _ in range(5))
