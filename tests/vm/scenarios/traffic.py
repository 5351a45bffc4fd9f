# SPDX-License-Identifier: MIT
"""Traffic of every kind: what collectd wrote is what ipvsadm says, to the packet."""

import math
import socket
import time

from lab import (Collectd, add_service, datagram, director_network, ipvsadm, load, numbers,
                 request, serve_datagrams, serve_stream, sh, wait_for)
import lab

# What arrives for port 7777 of either family carries mark 7.
MARKS = """
table inet lab {
  chain marks {
    type filter hook prerouting priority mangle
    tcp dport 7777 meta mark set 7
  }
}
"""


def set_up():
    director_network()
    load("ip_vs", "sctp", "nf_conntrack")
    lab.sysctl("net.ipv4.vs.conntrack", 1)
    for number in (1, 2):
        for address in (f"10.2.0.1{number}", f"fd00:2::1{number}"):
            serve_stream(f"rs{number}", address, 8080)
        serve_datagrams(f"rs{number}", f"10.2.0.1{number}", 5353)
        serve_stream(f"rs{number}", f"10.2.0.1{number}", 9090, protocol=socket.IPPROTO_SCTP)
    four = ("10.2.0.11:8080 -m -w 1", "10.2.0.12:8080 -m -w 1")
    six = ("[fd00:2::11]:8080 -m", "[fd00:2::12]:8080 -m")
    add_service("-t 192.0.2.1:80 -s rr", *four)
    add_service("-t [2001:db8::1]:80 -s rr", *six)
    add_service("-u 192.0.2.1:53 -s rr -o", "10.2.0.11:5353 -m", "10.2.0.12:5353 -m")
    add_service("--sctp-service 192.0.2.1:80 -s rr", "10.2.0.11:9090 -m", "10.2.0.12:9090 -m")
    add_service("-t 192.0.2.1:443 -s rr -p 300", *four)
    add_service("-f 7 -s rr", *four)
    add_service("-f 7 -6 -s rr", *six)
    sh("nft", "-f", "-", stdin=MARKS)


def settled_listing(collectd):
    """The listing while a poll was made, once nothing moves any more.

    The kernel brings the counters that it shows up to date every two seconds.
    """
    while True:
        before = ipvsadm("--stats", "--exact")
        time.sleep(2.2)
        collectd.next_poll()
        if ipvsadm("--stats", "--exact") == before:
            return before


def same_as_ipvsadm(collectd):
    """Compares every counter of every row; returns the listing."""
    listing = settled_listing(collectd)
    for service, (columns, servers) in listing.items():
        for name, row in {"total": columns, **servers}.items():
            conns, in_packets, out_packets, in_octets, out_octets = numbers(row)
            found = [collectd.last(service, f"{kind}-{name}") for kind in
                     ("connections", "if_packets", "if_octets")]
            assert found == [[conns], [in_packets, out_packets], [in_octets, out_octets]], (
                service, name, row, found)
    return listing


def test_counters_of_every_kind_of_service():
    global ours
    set_up()
    ours = Collectd()
    for _ in range(6):
        assert request("client", "192.0.2.1", 80) == b"hello"
        assert request("client", "2001:db8::1", 80) == b"hello"
        assert request("client", "192.0.2.1", 7777) == b"hello"
        assert request("client", "2001:db8::1", 7777) == b"hello"
        assert request("client", "192.0.2.1", 443) == b"hello"
        assert datagram("client", "192.0.2.1", 53)
    for _ in range(3):
        assert request("client", "192.0.2.1", 80, protocol=socket.IPPROTO_SCTP) == b"hello"
    listing = same_as_ipvsadm(ours)
    for service, conns in {"192.0.2.1_TCP80": 6, "2001:db8::1_TCP80": 6, "ipv4_FWMARK7": 6,
                           "ipv6_FWMARK7": 6, "192.0.2.1_TCP443": 6, "192.0.2.1_UDP53": 6,
                           "192.0.2.1_SCTP80": 3}.items():
        assert numbers(listing[service][0])[0] == conns, (service, listing[service])


def send_without_answer(address, datagrams):
    with socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET,
                       socket.SOCK_DGRAM) as sender:
        for _ in range(datagrams):
            sender.sendto(b"x" * 100, (address, 9))


def test_tunnels_into_the_other_family():
    """The real servers take nothing out of them: what goes in is counted."""
    add_service("-u 192.0.2.1:9 -s rr", "[fd00:2::11]:9 -i")
    add_service("-u [2001:db8::1]:9 -s rr", "10.2.0.12:9 -i")
    for address in ("192.0.2.1", "2001:db8::1"):
        lab.within("client", lambda a=address: send_without_answer(a, 3))
    listing = same_as_ipvsadm(ours)
    for service, server in (("192.0.2.1_UDP9", "fd00:2::11_9"),
                            ("2001:db8::1_UDP9", "10.2.0.12_9")):
        assert numbers(listing[service][1][server])[:2] == [1, 3], listing[service]


def test_connections_now_and_persistence():
    held = []
    for _ in range(3):
        held.append(lab.within("client", lambda: socket.create_connection(("192.0.2.1", 443), 5)))
    ours.next_poll()
    server = next(name for name, columns in ipvsadm()["192.0.2.1_TCP443"][1].items()
                  if columns[2] == "3")
    found = ours.named("192.0.2.1_TCP443", f"ipvs_server-{server}")
    assert (found["active"], found["persistent"]) == (3, 1)
    assert ours.named("192.0.2.1_TCP443", "ipvs_service-total")["active"] == 3
    for connection in held:
        connection.close()


def test_rates_are_the_kernels():
    """What was written last is what ipvsadm said at some moment before."""
    said = []

    def rates_agree():
        request("client", "192.0.2.1", 80)
        said.append(numbers(ipvsadm("--rate", "--exact")["192.0.2.1_TCP80"][0]))
        ours_now = ours.last("192.0.2.1_TCP80", "ipvs_service-total")[-5:]
        return any(ours_now) and ours_now in said
    wait_for(rates_agree, "equal rates")


def test_totals():
    settled_listing(ours)
    wanted = [int(word, 16) for word in
              open("/proc/net/ip_vs_stats").read().splitlines()[2].split()]
    assert ours.last("", "connections-total") == wanted[:1]
    assert ours.last("", "if_packets-total") == wanted[1:3]
    assert ours.last("", "if_octets-total") == wanted[3:]


def processors():
    """What the kernel's processors have counted: connections, packets in and out, octets."""
    lines = [line.split() for line in open("/proc/net/ip_vs_stats_percpu").read().splitlines()]
    rows = [[int(word, 16) for word in line[1:]] for line in lines
            if len(line) == 6 and line[0] not in ("CPU", "~")]
    return [sum(column) for column in zip(*rows)]


def newest(instance, value):
    rows = ours.rows(instance, value)
    return rows[-1][0] if rows else 0


def test_an_estimator_that_is_off_is_told_and_the_totals_go_on():
    lab.sysctl("net.ipv4.vs.run_estimation", 0)
    ours.next_poll()
    said = "net.ipv4.vs.run_estimation is 0"
    stopped = newest("192.0.2.1_TCP80", "connections-total")
    for _ in range(5):
        assert request("client", "192.0.2.1", 80) == b"hello"
    ours.next_poll()
    assert ours.last("", "ipvs_problem-estimator_off") == [1]
    assert newest("192.0.2.1_TCP80", "connections-total") == stopped, "a frozen counter"
    assert all(math.isnan(rate) for rate in ours.last("192.0.2.1_TCP80", "ipvs_service-total")[-5:])
    wanted = processors()
    assert ours.last("", "connections-total") == wanted[:1]
    assert ours.last("", "if_packets-total") == wanted[1:3]
    assert ours.last("", "if_octets-total") == wanted[3:]
    once = [line for line in ours.messages().splitlines() if "ipvs plugin: " + said in line]
    assert len(once) == 1, once
    lab.sysctl("net.ipv4.vs.run_estimation", 1)
    wait_for(lambda: newest("192.0.2.1_TCP80", "connections-total") > stopped, "counters")
    assert ours.last("", "ipvs_problem-estimator_off") == [0]
    assert "run_estimation is 1 again" in ours.messages()


def sink(listener):
    """Takes one connection's octets; MSG_TRUNC spares the kernel the copying."""
    connection, _ = listener.accept()
    buffer = bytearray(1 << 22)
    while connection.recv_into(buffer, 1 << 22, socket.MSG_TRUNC):
        pass
    connection.close()


def test_more_octets_than_32_bits_hold():
    wanted = 2**32 + 2**28
    sh("ip", "link", "set", "lo", "gso_max_size", 400000, "gro_max_size", 400000)
    sh("ip", "addr", "add", "fd00:9::1/128", "dev", "lo", "nodad")
    listener = socket.create_server(("fd00:9::1", 70), family=socket.AF_INET6)
    lab._thread(lambda: sink(listener))
    add_service("-t [2001:db8::1]:70 -s rr", "[fd00:9::1]:70 -m")
    sender = socket.create_connection(("2001:db8::1", 70))
    block, began = bytes(1 << 22), time.monotonic()
    for _ in range(0, wanted, len(block)):
        sender.sendall(block)
    sender.shutdown(socket.SHUT_WR)
    sender.recv(1)
    sender.close()
    print(f"{wanted} octets in {time.monotonic() - began:.1f} s")
    listing = same_as_ipvsadm(ours)
    assert numbers(listing["2001:db8::1_TCP70"][0])[3] > wanted, listing
    ours.stop()
