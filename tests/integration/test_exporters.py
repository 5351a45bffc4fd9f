# SPDX-License-Identifier: MIT
"""The names and labels of two other exporters of keepalived, on a real Prometheus beside live
routers: each metric that their documentation lists is there, and is what keepalived itself says."""

import json
import re

import pytest

from lab import Lab, wait_until
from test_graphs import COUNTED, EXTRA, GEN2BRAIN, LVS, MEHDY, MEHDY_TOTALS, Balancer, Prometheus
from test_monitors import VRIDS, configuration, set_priority

WORDS = ("INIT", "BACKUP", "MASTER", "FAULT")
BEHIND = 8  # adverts that may come while values are on their way through collectd and Prometheus
NEWER = {"advertisements_received": "advert_rcvd", "advertisements_sent": "advert_sent",
         "priority_zero_sent": "pri_zero_sent", "become_master": "become_master"}


@pytest.fixture(scope="module")
def routers(stage):
    """r1 (120) with Prometheus and r2 (100): web and db in a group, edge beside them."""
    with Lab(stage) as lab:
        r1, r2 = lab.router("r1", "192.168.1.2/24"), lab.router("r2", "192.168.1.3/24")
        r1.broken = r1.directory / "broken"
        text = configuration(120, "MASTER", r1.broken)
        r1.add_keepalived().configuration = lambda: text
        r2.add_keepalived()
        set_priority(r2, 100)
        collectd = r1.add_collectd(
            profiles=(), load=("vrrp",), plugins=("rrdtool", "write_prometheus"), vrrp=r1.keepalived_block(),
            extra=EXTRA.format(rrd=r1.directory / "rrd")).start().ready()
        r1.prometheus = lab.manage(Prometheus(r1)).start().ready()
        r1.keepalived.start()
        r2.keepalived.start()
        # The kernel here has no IPVS, and nobody puts in what keepalived tells itself.
        r1.balancer = Balancer(collectd, keepalived=False)
        lab.on_exit(r1.balancer.stop)
        yield r1, r2


def await_states(router, *states, script=1):
    """Until Prometheus has each instance in this state, and the script's result."""
    wanted = {(name, "eth0", str(vrid), f"192.168.1.{100 + vrid}"): state
              for (name, vrid), state in zip(VRIDS.items(), states, strict=True)}

    def shown():
        found = {tuple(labels.get(key) for key in ("iname", "intf", "vrid", "ip_address")): value
                 for labels, value in router.prometheus.query("keepalived_vrrp_state")}
        return found, [value for _, value in router.prometheus.query('keepalived_script_status{name="chk"}')]
    wait_until(lambda: shown() == (wanted, [script]), 40, lambda: f"{shown()}, wanted {wanted}", step=0.2)


def counted(router):
    """{instance: its counters} of keepalived's newest dump."""
    try:
        dump = json.loads((router.directory / "keepalived.json").read_text())
    except (OSError, ValueError):  # it is being written
        return None
    listed = dump["vrrp"] if isinstance(dump, dict) else dump
    return {one["data"]["iname"]: one["stats"] for one in listed}


def check_counters(router, states):
    """Every counter of every instance, by all its names: that of keepalived."""
    before = wait_until(lambda: counted(router), 10, "no dump")
    words = {name: WORDS[state] for name, state in zip(VRIDS, states, strict=True)}

    def wrong(metric, key, label):
        rows = router.prometheus.query(metric)
        assert len(rows) == len(VRIDS), (metric, rows)
        for labels, value in rows:
            name = labels[label]
            assert labels["intf"] == "eth0" and labels["vrid"] == str(VRIDS[name])
            assert labels.get("state", words[name]) == words[name]
            if not before[name][key] - BEHIND <= value <= before[name][key] + BEHIND:
                yield metric, name, value, before[name][key]
    for key in COUNTED:
        for metric, label in ((f"keepalived_{key}", "iname"), (f"keepalived_vrrp_{key}", "name")):
            assert not list(wrong(metric, key, label))
    for metric, key in NEWER.items():
        assert not list(wrong(f"keepalived_{metric}_total", key, "iname"))


def check_all_there(router):
    """No name of either documentation is empty."""
    def missing():
        return {name for name in MEHDY | MEHDY_TOTALS | GEN2BRAIN if not router.prometheus.query(name)}
    wait_until(lambda: not missing(), 30, lambda: f"without data: {missing()}", step=0.5)


def test_names_and_values(routers):
    """In a normal state, after a takeover, in fault: one scene, since each follows from the one before."""
    r1, r2 = routers
    moments = (((2, 2, 2), 1, lambda: None), ((1, 1, 1), 1, lambda: set_priority(r2, 200)),
               ((3, 3, 1), 0, r1.broken.touch))
    for states, script, step in moments:
        step()
        await_states(r1, *states, script=script)
        wait_until(lambda: {labels["iname"]: labels["state"] for labels, _ in
                            r1.prometheus.query("keepalived_advert_sent")}
                   == dict(zip(VRIDS, (WORDS[state] for state in states))), 20, r1.collectd.said, step=0.2)
        check_all_there(r1)
        check_counters(r1, states)
        assert [value for _, value in r1.prometheus.query("keepalived_up")] == [1]


def test_real_servers_have_their_virtual_one(routers):
    """gen2brain's labels: vip, addr and proto."""
    rows = wait_until(lambda: routers[0].prometheus.query("keepalived_lvs_rs_conn"), 20, "no real server")
    assert {tuple(labels[key] for key in ("vip", "addr", "proto")) for labels, _ in rows} == {
        ("192.0.2.1:80", "198.51.100.7:80", "6"), ("192.0.2.1:80", "198.51.100.8:80", "6")}
    assert all(re.fullmatch(r"r\d", labels["instance"]) for labels, _ in rows)


def test_a_dead_real_server_stays_in_every_metric(routers):
    """With zeros, as the kernel counts for it, beside the living one's; until it is back."""
    r1, _ = routers

    def counted(name, address):
        rows = r1.prometheus.query(f'keepalived_lvs_rs_{name}{{vip="192.0.2.1:80", addr="{address}:80"}}')
        return [value for _, value in rows]

    def has(address, judge):
        return all(map(judge, (counted(name, address) for name in LVS)))
    dead, living = "198.51.100.8", "198.51.100.7"
    r1.balancer.missing.add(f"{dead}_80")
    wait_until(lambda: has(dead, [0].__eq__), 20, "no zeros", step=0.2)
    assert has(living, lambda values: len(values) == 1 and values[0] > 0)
    assert all(r1.prometheus.query(f'keepalived_lvs_vip_{name}{{addr="192.0.2.1:80"}} > 0') for name in LVS)
    r1.balancer.missing.clear()
    wait_until(lambda: has(dead, lambda values: len(values) == 1 and values[0] > 0), 20, "not back", step=0.2)


def test_keepalived_is_gone(routers):
    """keepalived_up is 0 then."""
    r1, _ = routers
    r1.keepalived.stop()
    wait_until(lambda: [value for _, value in r1.prometheus.query("keepalived_up")] == [0], 20,
               r1.collectd.said, step=0.2)
