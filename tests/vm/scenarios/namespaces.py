# SPDX-License-Identifier: MIT
"""IPVS in network namespaces: one service in three of them, each with its own numbers."""

import contextlib
import pathlib
import socket

from lab import (SERVICE, Collectd, Snmpd, add_service, drop_capability, load, namespace, sh, sysctl,
                 wait_for, within)

NAME = "192.0.2.1_TCP80"
SERVERS_TOTAL = SERVICE + ".20"  # virtualServerRealServersTotal
CONTEXT_OF_BLUE = """
com2sec -Cn blue blue default blue
group contexts v2c blue
view all included .1
access contexts "" v2c noauth prefix all none none
"""
CAP_SYS_ADMIN = 21


def populate(name, servers):
    """A namespace whose load balancer has the service, with so many real servers."""
    namespace(name)
    sh("ip", "-n", name, "addr", "add", "192.0.2.1/32", "dev", "lo")
    words = [f"-a -t 192.0.2.1:80 -r 10.9.0.{number}:80 -m -w {number}" for number in range(1, servers + 1)]
    sh("ip", "netns", "exec", name, "ipvsadm", "-R",
       stdin="\n".join(["-A -t 192.0.2.1:80 -s rr", *words, ""]))


def connect(name, count):
    """So many connections; whether anybody answers is no matter."""
    def begin():
        for _ in range(count):
            with socket.socket() as one, contextlib.suppress(OSError):
                one.setblocking(False)
                one.connect(("192.0.2.1", 80))
    within(name, begin)


def test_one_service_in_three_namespaces():
    global ours, snmpd
    load("ip_vs", "veth")
    add_service("-t 192.0.2.1:80 -s rr", "10.2.0.11:80 -m -w 3")
    populate("blue", 2)
    populate("red", 3)
    snmpd = Snmpd(more=CONTEXT_OF_BLUE)
    ours = Collectd(more='<Plugin ipvs>\n  Namespace "blue"\n  Namespace "/^r/"\n</Plugin>\n' + snmpd.agent())
    ours.next_poll()
    assert ours.last(NAME, "ipvs_service-total")[:3] == [1, 1, 0]
    assert ours.last(NAME + "@blue", "ipvs_service-total")[:3] == [2, 2, 0]
    assert ours.last(NAME + "@red", "ipvs_service-total")[:3] == [3, 3, 0]
    assert ours.named(NAME + "@red", "ipvs_server-10.9.0.3_80")["weight"] == 3
    assert ours.last("@blue", "ipvs_timeout-tcp") == ours.last("", "ipvs_timeout-tcp")


def test_counters_are_each_ones_own():
    connect("blue", 3)
    connect("red", 5)
    for name, count in ("@blue", 3), ("@red", 5), ("", 0):
        wait_for(lambda: ours.last(NAME + name, "connections-total") == [count],
                 f"{count} connections of {name}")
        wait_for(lambda: ours.last(name, "connections-total") == [count],
                 f"{count} connections in all of {name}")


def test_settings_are_each_ones_own():
    within("blue", lambda: sysctl("net.ipv4.vs.run_estimation", 0))
    wait_for(lambda: ours.last("@blue", "ipvs_problem-estimator_off") == [1], "blue stands still")
    assert ours.last("@red", "ipvs_problem-estimator_off") == [0]
    assert ours.last("", "ipvs_problem-estimator_off") == [0]
    assert "namespace blue: net.ipv4.vs.run_estimation is 0" in ours.messages()
    within("blue", lambda: sysctl("net.ipv4.vs.run_estimation", 1))
    wait_for(lambda: ours.last("@blue", "ipvs_problem-estimator_off") == [0], "blue goes on")


def servers_total(community):
    """{index: number of real servers} in the context of a community."""
    lines = sh("snmpbulkwalk", "-v2c", "-c", community, "-On", "-t", 10, "127.0.0.1", SERVERS_TOTAL, check=False)
    rows = (line.split(" = Gauge32: ") for line in lines.splitlines() if " = Gauge32: " in line)
    return {name[len(SERVERS_TOTAL) + 1:]: int(value) for name, value in rows}


def test_each_is_an_snmp_context():
    wait_for(lambda: servers_total("public") == {"1": 1}, "collectd's own")
    wait_for(lambda: servers_total("blue") == {"1": 2}, "blue's")


def test_one_that_is_deleted_while_it_is_polled_is_let_go():
    sh("ip", "link", "add", "peer", "type", "veth", "peer", "name", "eth0", "netns", "blue")
    sh("ip", "netns", "del", "blue")
    wait_for(lambda: not pathlib.Path("/sys/class/net/peer").exists(), "blue's end", seconds=5)
    wait_for(lambda: f"{NAME}@blue: the virtual server is gone" in ours.messages(), "that it is told")
    wait_for(lambda: servers_total("blue") == {}, "the end of its context")
    ours.next_poll()
    assert ours.last(NAME + "@red", "ipvs_service-total")[:3] == [3, 3, 0]


def test_one_that_comes_is_polled():
    populate("rose", 1)
    wait_for(lambda: (ours.last(NAME + "@rose", "ipvs_service-total") or [])[:3] == [1, 1, 0], "rose")
    ours.stop()


def test_without_the_right_to_enter():
    bound = Collectd("bound", more='<Plugin ipvs>\n  Namespace "*"\n</Plugin>', before=drop_capability(CAP_SYS_ADMIN))
    bound.next_poll()
    bound.next_poll()
    assert bound.messages().count("is not read: Operation not permitted; collectd needs the "
                                  "capability CAP_SYS_ADMIN") == 1, bound.messages()
    assert bound.last(NAME, "ipvs_service-total")[:3] == [1, 1, 0]
    assert not any("@" in instance for instance, _ in bound.names())
    bound.stop()
