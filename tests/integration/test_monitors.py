# SPDX-License-Identifier: MIT
"""Other people's monitors work unmodified: each sends what it sends to our agent and to
keepalived's own SNMP, and comes to the right judgement of both."""

import re
import signal
import subprocess

import pytest

import exporter_module
import monitors
from conftest import ROOT
from lab import Lab, oids, wait_until
from lab.snmp import Client, parse
from lab.snmpd import Snmpd
from test_keepalived_corpus import DIFFERENT as RECORDED_DIFFERENT, ELSEWHERE, recorded, start_stand_in
from test_mib_compare import DIFFERENT, NEWER, OURS_ONLY, OWN_PORT, THEIRS_ONLY

PROFILES = ("vrrp-mib", "vrrpv3-mib", "keepalived-mib", "keepalived-mib-checkers")
CHECK_SNMP_VRRP = "/usr/lib/nagios/plugins/check_snmp_vrrp.pl"  # of package nagios-snmp-plugins
VRIDS = {"web": 10, "db": 20, "edge": 30}

# A moment: vrrpInstanceState of web, db and edge, vrrpScriptResult of what web tracks.
MOMENTS = {"first": ((2, 2, 2), 3), "normal": ((2, 2, 2), 3), "takeover": ((1, 1, 1), 3),
           "back": ((2, 2, 2), 3), "fault": ((3, 3, 2), 2)}

# What a monitor says of an item in these five moments.
JUDGEMENTS = {
    "checkmk": {"web": [0, 0, 0, 0, 2], "db": [0, 0, 0, 0, 2], "edge": [0, 0, 0, 0, 0]},
    "nagios_check_keepalived_vrrp": {"web": [0, 0, 2, 0, 2], "db": [0, 0, 2, 0, 2], "edge": [0, 0, 2, 0, 0],
                                     "script chk": [0, 0, 0, 0, 2]},
    "centreon_keepalived": {"1": [3, 0, 2, 2, 2], "2": [3, 0, 2, 2, 2], "3": [3, 0, 2, 2, 0]},
    "snmp_exporter": {"web": [2, 2, 1, 2, 3], "db": [2, 2, 1, 2, 3], "edge": [2, 2, 1, 2, 2]},
}
# Of VRRP-MIB: there keepalived's own walk ends after its first row, so ours alone is judged.
OURS_ALONE = {
    "centreon_vrrp": {"web": [3, 0, 2, 2, 2], "db": [3, 0, 2, 2, 2], "edge": [3, 0, 2, 2, 0]},
    "check_snmp_vrrp master": {"all": [0, 0, 2, 0, 2]},
    "check_snmp_vrrp backup": {"all": [2, 2, 0, 2, 2]},
}


def configuration(priority, state, script):
    """Three instances, two of them in a group; with a script, web depends on it."""
    text = "global_defs {\n    router_id LAB\n    script_user root\n}\n"
    if script:
        text += f'vrrp_script chk {{\n    script "/usr/bin/test ! -e {script}"\n    interval 1\n}}\n'
    text += "vrrp_sync_group G {\n    group {\n        web\n        db\n    }\n}\n"
    for name, vrid in VRIDS.items():
        tracked = "    track_script {\n        chk\n    }\n" if script and name == "web" else ""
        text += (f"vrrp_instance {name} {{\n    state {state}\n    interface eth0\n"
                 f"    virtual_router_id {vrid}\n    priority {priority}\n    advert_int 1\n{tracked}"
                 f"    virtual_ipaddress {{\n        192.168.1.{100 + vrid}/24\n    }}\n}}\n")
    return text


def set_priority(router, priority):
    """The other router's priority, by a reload if it runs."""
    text = configuration(priority, "BACKUP", None)
    router.keepalived.configuration = lambda: text
    (router.directory / "keepalived.conf").write_text(text)
    if router.keepalived.running:
        router.keepalived.signal(signal.SIGHUP)


def by_debian(router, state):
    """check_snmp_vrrp itself, with SNMPv1 and v2c: its code."""
    codes = [subprocess.run(router.argv(CHECK_SNMP_VRRP, "-H", "127.0.0.1", "-C", "public", *version,
                                        "-s", state), capture_output=True, text=True, timeout=30, check=False)
             for version in ((), ("-2",))]
    assert codes[0].returncode == codes[1].returncode, codes
    return {"all": codes[0].returncode}


def poll(router, name, agent, memory):
    """One poll of a monitor: {item: code}."""
    if name.startswith("check_snmp_vrrp"):
        return by_debian(router, name.split()[1])
    found = getattr(monitors, name)(agent, memory)
    if name != "centreon_vrrp":
        return found
    return {item: found.get(router.index(vrid)) for item, vrid in VRIDS.items()}


def await_moment(agents, moment):
    """Until both agents show it."""
    states, script = MOMENTS[moment]
    asked = {f"{monitors.INSTANCE_ENTRY}.4.{place}": state for place, state in enumerate(states, 1)}
    asked[f"{monitors.SCRIPT_ENTRY}.6.1"] = script

    def shown():
        return [{oid: agent.get(oid) for oid in asked} for agent in agents]
    wait_until(lambda: all(found == asked for found in shown()), 30, lambda: f"{moment}: {shown()}")


def await_wire(router, moment):
    """Until VRRP-MIB shows each instance that is no longer what it was, and who is master now: between
    two masters there is none."""
    for vrid, state in zip(VRIDS.values(), MOMENTS[moment][0]):
        if state in (1, 2):
            router.wait_state(vrid, state + 1, 15)
        else:
            wait_until(lambda at=vrid: router.state(at) != 3, 15, lambda at=vrid: f"{at} is master")
    for vrid in VRIDS.values():
        wait_until(lambda at=vrid: router.snmp.get(f"{oids.OPER_MASTER}.{router.index(at)}"), 15,
                   lambda at=vrid: f"{at} has no master")


@pytest.fixture(scope="module")
def told(stage):
    """{(monitor, "ours" or "theirs"): {item: [code of each moment]}}."""
    with Lab(stage) as lab:
        r1, r2 = lab.router("r1", "192.168.1.2/24"), lab.router("r2", "192.168.1.3/24")
        own, broken = r1.directory / "own", r1.directory / "broken"
        own.mkdir()
        lab.manage(Snmpd(r1, own, whole=(
            f"agentaddress udp:127.0.0.1:{OWN_PORT}\nrocommunity public\nmaster agentx\n"
            f"agentxsocket unix:{own}/agentx\nagentxperms 0777 0777\n"))).start().ready()
        r1.add_snmpd().start().ready()
        text = configuration(120, "MASTER", broken)
        r1.add_keepalived(own_snmp=own / "agentx").configuration = lambda: text
        r2.add_keepalived()
        set_priority(r2, 100)
        r1.keepalived.start()
        r2.keepalived.start()
        r1.add_collectd(vrrp=r1.keepalived_block(), profiles=PROFILES).start().ready()
        theirs = Client(r1, port=OWN_PORT)
        lab.on_exit(theirs.close)
        r1.exporter = lab.manage(exporter_module.Exporter(r1)).start().ready()
        yield follow(r1, theirs, {"takeover": lambda: set_priority(r2, 200), "back": lambda: set_priority(r2, 100),
                                  "fault": broken.touch})


def follow(router, theirs, steps):
    """Every monitor's judgement in every moment."""
    agents = {"ours": router.snmp, "theirs": theirs}
    memories, codes = {}, {}
    for moment in MOMENTS:
        steps.get(moment, lambda: None)()
        await_moment(agents.values(), moment)
        await_wire(router, moment)
        for whose, port in (("ours", 161), ("theirs", OWN_PORT)):
            codes.setdefault(("exporter", whose), {})[moment] = router.exporter.scrape(port)
        for name in JUDGEMENTS | OURS_ALONE:
            for whose in agents if name in JUDGEMENTS else ("ours",):
                said = poll(router, name, agents[whose], memories.setdefault((name, whose), {}))
                for item, code in said.items():
                    codes.setdefault((name, whose), {}).setdefault(item, []).append(code)
    return codes


@pytest.mark.parametrize("name", JUDGEMENTS)
def test_the_same_judgement_as_of_keepalived_s_own(told, name):
    """In a normal state, after a takeover, when it is over, in fault."""
    assert told[name, "ours"] == JUDGEMENTS[name]
    assert told[name, "theirs"] == JUDGEMENTS[name]


@pytest.mark.parametrize("name", OURS_ALONE)
def test_the_right_judgement(told, name):
    """The same moments, where only VRRP-MIB is asked."""
    assert told[name, "ours"] == OURS_ALONE[name]


def without_counters(found, entries):
    """Of what the exporter shows the metrics of these tables that don't count."""
    kinds = exporter_module.metrics()
    return {key: value for key, value in found.items()
            if kinds[key[0]][0].startswith(tuple(f"{entry}." for entry in entries)) and kinds[key[0]][1] != "counter"}


@pytest.mark.parametrize("moment", MOMENTS)
def test_every_metric_of_snmp_exporter(told, moment):
    """Debian's exporter itself, with a module made as its own is: all metrics, not states alone."""
    ours, theirs = (without_counters(told["exporter", whose][moment], (monitors.INSTANCE_ENTRY, monitors.GROUP_ENTRY))
                    for whose in ("ours", "theirs"))
    excused = tuple({**DIFFERENT, **NEWER, **OURS_ONLY, **THEIRS_ONLY})
    wrong = {key: (ours.get(key), theirs.get(key)) for key in ours.keys() | theirs.keys()
             if ours.get(key) != theirs.get(key) and not key[0].startswith(excused)}
    assert wrong == {} and len(ours) > 60
    counted = {name for name, _ in told["exporter", "ours"][moment]}
    assert {"vrrpStatsBecomeMaster", "vrrpStatsAdvertiseRcvd"} <= counted


@pytest.fixture(params=["2.2.7", "2.3.3"], scope="module")
def balancers(request, stage):
    """(our agent, keepalived's own as it was recorded) of one load balancer with dead servers."""
    with Lab(stage) as lab:
        router = lab.router("r1", "10.0.0.1/24")
        router.add_snmpd().start().ready()
        start_stand_in(lab, router, request.param, "C")
        router.add_collectd(vrrp=router.keepalived_block(), profiles=PROFILES).start().ready()
        theirs = monitors.Recorded({oid: typed(*value) for oid, value in recorded(request.param, "C").items()
                                    if oid.startswith((f"{monitors.KEEPALIVED}.1.1.", f"{monitors.KEEPALIVED}.1.2.",
                                                       f"{monitors.KEEPALIVED}.3."))})
        served = len(monitors.subtree(theirs, monitors.SERVER_ENTRY + ".6", 10))
        wait_until(lambda: len(monitors.subtree(router.snmp, monitors.SERVER_ENTRY + ".6", 10)) == served, 20,
                   router.collectd.said)
        router.snmp.exporter = lab.manage(exporter_module.Exporter(router)).start().ready()
        yield router.snmp, theirs


def typed(kind, text):
    """A recorded value as an agent's client gives it."""
    if kind == "Hex-STRING":
        return bytes.fromhex(text)
    return int(text) if re.fullmatch(r"-?\d+", text) else text.strip('"').encode()


@pytest.mark.parametrize("name", ["nagios_check_keepalived_ipvs", "zenpack"])
def test_a_load_balancer_is_judged_as_keepalived_s_own(balancers, name):
    """Services that are well, short of servers and without a quorum."""
    ours, theirs = (getattr(monitors, name)(agent, {}) for agent in balancers)
    assert ours == theirs and len(ours) > 10
    if name.startswith("nagios"):
        assert set(ours.values()) == {monitors.OKAY, monitors.WARNING, monitors.CRITICAL}


def test_every_metric_of_a_load_balancer(balancers):
    """snmp_exporter itself: all that is no counter of the kernel's, which is not here, as it was recorded."""
    ours, theirs = balancers
    tables = (monitors.SERVER_GROUP_ENTRY, monitors.SERVICE_ENTRY, monitors.SERVER_ENTRY)
    shown, wrong = without_counters(ours.exporter.scrape(), tables), {}
    for name, (oid, kind, _) in exporter_module.metrics().items():
        if not oid.startswith(tables) or kind != "gauge" or name.startswith(tuple({**ELSEWHERE, **RECORDED_DIFFERENT})):
            continue
        for index, value in monitors.subtree(theirs, oid, 50).items():
            found = shown.get((name, tuple(index.split("."))))
            if found != value:
                wrong[name, index] = found, value
    assert wrong == {} and len(shown) > 300
    rows = {index for name, index in shown if name == "realServerStatus"}
    assert rows == {tuple(index.split(".")) for index in monitors.subtree(theirs, f"{monitors.SERVER_ENTRY}.6", 50)}


def test_the_matrix_names_each_monitor():
    """docs/managers.md has a line of each one that is tested here."""
    matrix = (ROOT / "docs/managers.md").read_text().split("## Monitors made for keepalived")[1]
    for name in ("Checkmk", "nagios_check_keepalived", "check_snmp_vrrp", "Centreon", "ZenPack", "snmp_exporter",
                 "LibreNMS", "rrd script", "Zabbix", "keepalived-exporter"):
        assert re.search(rf"^\| .*{name}.* \|$", matrix, re.M), name
