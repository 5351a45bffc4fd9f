# SPDX-License-Identifier: MIT
"""KEEPALIVED-MIB's checker side over SNMP: every column, traps, weights."""

import contextlib
import threading
import time

from mib import named_tables, text
from lab import (CHECK, SERVER, SERVICE, Collectd, Snmpd, Snmptrapd, add_service, address_of,
                 director_network, ipvsadm, load, numbers, request, serve_http, sh, wait_for)

SERVICES = {
    "192.0.2.1_TCP80": ("-t 192.0.2.1:80 -s rr", "10.2.0.11:80 -m -w 1", "10.2.0.12:80 -m -w 1"),
    "2001:db8::1_TCP80": ("-t [2001:db8::1]:80 -s wlc -p 300 -M 64",
                          "[fd00:2::11]:80 -m -w 2 -x 100 -y 50", "[fd00:2::12]:80 -m -w 0"),
    "192.0.2.9_SCTP99": ("--sctp-service 192.0.2.9:99 -s sh -b sh-fallback -p 60 -M 255.255.0.0",
                         "10.2.0.11:99 -i --tun-type gue --tun-port 6080 --tun-nocsum"),
    "192.0.2.9_UDP53": ("-u 192.0.2.9:53 -s lc -o", "10.2.0.11:53 -g"),
    "ipv4_FWMARK7": ("-f 7 -s mh", "10.2.0.11:80 -m"),
    "ipv6_FWMARK7": ("-f 7 -6 -s rr", "[fd00:2::11]:80 -m"),
}
ALGORITHMS = {"rr": "1", "wrr": "2", "lc": "3", "wlc": "4", "sh": "8", "mh": "13"}


def start(more=""):
    global ours
    ours = Collectd(more=f"{more}\n{snmpd.agent()}", interval=0.5)
    wait_for(lambda: len(snmpd.table(SERVICE)) == len(SERVICES) and
             len(snmpd.table(SERVER)) == 8, "rows")


def test_every_service_and_server_has_its_row():
    global snmpd, trapd
    director_network()
    load("ip_vs", "dummy")
    for number in (1, 2):
        serve_http(f"rs{number}", f"10.2.0.1{number}", 80)
    for virtual, *servers in SERVICES.values():
        add_service(virtual, *servers)
    trapd = Snmptrapd()
    snmpd = Snmpd()
    start()
    tables = named_tables(snmpd)
    assert set(tables) == set(SERVICES), tables.keys()
    for name, (_, servers) in ipvsadm().items():
        assert set(tables[name][1]) == set(servers), (name, tables[name])


def test_configuration_columns():
    tables = named_tables(snmpd)
    for name, (columns, servers) in ipvsadm().items():
        row, rows = tables[name]
        assert text(row, 9) == ALGORITHMS[columns[0]], (name, row)
        assert text(row, 20) == str(len(servers))
        assert text(row, 21) == str(sum(columns[1] != "0" for columns in servers.values()))
        for server, (method, weight, *_) in servers.items():
            index, columns = rows[server]
            assert text(columns, 7) == weight
            assert text(columns, 6) == ("1" if weight != "0" else "2")
            assert text(columns, 40) == {"Masq": "1", "Route": "2", "Tunnel": "3"}[method]
            assert text(columns, 2) == "1"
    six = tables["2001:db8::1_TCP80"]
    assert [text(six[0], column) for column in (5, 11, 13, 14, 15, 23, 37, 51)] == [
        "2", "1", "1", "300", None, "1", "2", "64"], six[0]
    limits = six[1]["fd00:2::11_80"][1]
    assert (text(limits, 3), text(limits, 8), text(limits, 9)) == ("2", "100", "50")
    sctp = tables["192.0.2.9_SCTP99"]
    assert address_of(text(sctp[0], 15)) == "255.255.0.0"
    assert [text(sctp[0], column) for column in (10, 13, 14, 53, 54)] == [
        "3", "1", "60", "1", "2"], sctp[0]
    tunnel = sctp[1]["10.2.0.11_99"][1]
    assert [text(tunnel, column) for column in (52, 53, 54)] == ["2", "6080", "1"], tunnel
    assert text(tables["192.0.2.9_UDP53"][0], 37) == "1"
    assert text(tables["ipv4_FWMARK7"][0], 8) is None


def at_one_moment(option):
    """ipvsadm's listing and our tables, while nothing changed; None if something did."""
    listing = ipvsadm(option, "--exact")
    ours.next_poll()
    tables = named_tables(snmpd)
    return (listing, tables) if listing == ipvsadm(option, "--exact") else None


def test_counters_agree_with_ipvsadm():
    for _ in range(8):
        assert request("client", "192.0.2.1", 80)
    time.sleep(2.2)  # until the kernel shows them
    listing, tables = wait_for(lambda: at_one_moment("--stats"), "a quiet moment")
    assert numbers(listing["192.0.2.1_TCP80"][0])[0] == 8
    for name, (columns, servers) in listing.items():
        row, rows = tables[name]
        check_stats(row, numbers(columns), (27, 28, 29, 30, 31), (38, 39, 40))
        for server, columns in servers.items():
            check_stats(rows[server][1], numbers(columns), (14, 18, 19, 20, 21), (27, 28, 29))


@contextlib.contextmanager
def listening_to_rates():
    """What ipvsadm says of the rates from here to the end of the block, time after time."""
    said, over = [], threading.Event()

    def listen():
        while not over.wait(0.1):
            said.append(ipvsadm("--rate", "--exact"))

    listener = threading.Thread(target=listen)
    listener.start()
    try:
        yield said
    finally:
        over.set()
        listener.join()


def test_rates_are_what_ipvsadm_said_in_the_last_seconds():
    for _ in range(20):
        request("client", "192.0.2.1", 80)
    wait_for(lambda: numbers(ipvsadm("--rate", "--exact")["192.0.2.1_TCP80"][0])[0], "a rate")
    with listening_to_rates() as said:
        time.sleep(4)
        tables = named_tables(snmpd)
    assert int(text(tables["192.0.2.1_TCP80"][0], 33)) > 0
    for name, (row, rows) in tables.items():
        check_rates(row, [numbers(listing[name][0]) for listing in said], 32, 41)
        for server, (_, row) in rows.items():
            check_rates(row, [numbers(listing[name][1][server]) for listing in said], 22, 30)


def check_stats(row, wanted, columns, wide):
    assert [text(row, column) for column in columns] == [str(n) for n in wanted], (row, wanted)
    assert [text(row, column) for column in wide] == [str(n) for n in wanted[:3]], (row, wanted)
    kinds = [row[column][0] for column in (*columns, *wide)]
    assert kinds == ["Gauge32", "Counter32", "Counter32"] + ["Counter64"] * 5, kinds


def check_rates(row, said, first, low):
    """A walk takes its columns one after the other, so each may be of another poll."""
    for i, possible in enumerate(zip(*said)):
        assert int(text(row, first + i)) in possible, (i, row, possible)
        assert int(text(row, low + 2 * i)) in possible, (i, row, possible)
        assert text(row, low + 1 + 2 * i) == "0"


def test_scalars():
    assert [snmpd.get(f"{CHECK}.7.{n}.0") for n in (1, 2, 3)] == [
        "INTEGER: 900", "INTEGER: 120", "INTEGER: 300"]
    assert snmpd.get(f"{CHECK}.6.1.0") == "INTEGER: 2"
    assert snmpd.get(f"{CHECK}.6.2.0").startswith("No Such")
    sh("ip", "link", "add", "sync0", "type", "dummy")
    sh("ip", "addr", "add", "10.9.0.1/24", "dev", "sync0")
    sh("ip", "link", "set", "sync0", "up")
    sh("ipvsadm", "--start-daemon", "backup", "--mcast-interface", "sync0", "--syncid", 7)
    wait_for(lambda: snmpd.get(f"{CHECK}.6.1.0") == "INTEGER: 1", "the daemon")
    assert snmpd.get(f"{CHECK}.6.2.0") == 'STRING: "sync0"'
    assert [snmpd.get(f"{CHECK}.6.{n}.0") for n in (4, 5, 6, 7, 8)] == [
        "INTEGER: 7", "INTEGER: 1472", "INTEGER: 8848", "INTEGER: 1", "INTEGER: 1"]
    assert address_of(snmpd.get(f"{CHECK}.6.9.0").partition(": ")[2]) == "224.0.0.81"
    sh("ipvsadm", "--stop-daemon", "backup")


def make_profile_writable():
    path = "/profiles/keepalived-mib-ipvs.conf"
    profile = open(path).read()
    changed = profile.replace("# Writable true: with", "Writable true # with")
    assert changed != profile
    open(path, "w").write(changed)


def weight_oid(server="10.2.0.11_80"):
    index, _ = named_tables(snmpd)["192.0.2.1_TCP80"][1][server]
    return f"{SERVER}.7." + ".".join(map(str, index))


def kernel_weight(server="10.2.0.11_80"):
    return ipvsadm()["192.0.2.1_TCP80"][1][server][1]


def test_weights_are_not_writable_unless_both_sides_allow_it():
    assert "notWritable" in snmpd.set(weight_oid(), "i", 0)
    ours.stop()
    start("<Plugin ipvs>\nWritable true\n</Plugin>")
    assert "notWritable" in snmpd.set(weight_oid(), "i", 0)
    assert kernel_weight() == "1"
    ours.stop()
    make_profile_writable()
    start()
    assert "notWritable" in snmpd.set(weight_oid(), "i", 0)
    assert kernel_weight() == "1"
    assert "<Plugin ipvs> has no Writable true" in ours.messages()
    ours.stop()


def answers(count):
    return {request("client", "192.0.2.1", 80).split()[-1] for _ in range(count)}


def test_weight_0_takes_a_server_out_at_once_and_1_brings_it_back():
    start("<Plugin ipvs>\nWritable true\n</Plugin>")
    assert answers(6) == {b"rs1", b"rs2"}
    oid = weight_oid()
    began = time.monotonic()
    assert snmpd.set(oid, "i", 0) == ""
    assert kernel_weight() == "0"
    assert snmpd.get(oid) == "INTEGER: 0"
    print(f"set and seen again in {time.monotonic() - began:.2f} s")
    assert answers(8) == {b"rs2"}
    wait_for(lambda: "real server 10.2.0.11_80 has weight 0 now, before 1" in ours.messages(),
             "a notification")
    assert snmpd.set(oid, "i", 5) == ""
    assert kernel_weight() == "5"
    assert answers(6) == {b"rs1", b"rs2"}
    assert "weight of real server 10.2.0.11_80 set from 1 to 0 on request" in ours.messages()
    assert "weight of real server 10.2.0.11_80 set from 0 to 5 on request" in ours.messages()


def test_a_written_weight_leaves_everything_else():
    index, _ = named_tables(snmpd)["2001:db8::1_TCP80"][1]["fd00:2::11_80"]
    assert snmpd.set(f"{SERVER}.7.{index[0]}.{index[1]}", "i", 7) == ""
    limits = ipvsadm("--thresholds")["2001:db8::1_TCP80"][1]["fd00:2::11_80"]
    assert limits[:2] == ["100", "50"], limits
    index, _ = named_tables(snmpd)["192.0.2.9_SCTP99"][1]["10.2.0.11_99"]
    before = sh("ipvsadm", "-S", "-n")
    assert snmpd.set(f"{SERVER}.7.{index[0]}.{index[1]}", "i", 9) == ""
    after = sh("ipvsadm", "-S", "-n")
    changed = [line for line in after.splitlines() if line not in before.splitlines()]
    assert len(changed) == 1 and "-w 9" in changed[0] and "--tun-port 6080" in changed[0], changed


def test_wrong_weights():
    oid = weight_oid()
    assert "wrongValue" in snmpd.set(oid, "i", -1)
    assert "wrongType" in snmpd.set(oid, "s", "many")
    assert kernel_weight() == "5"
    assert snmpd.set(oid, "i", 2147483647) == ""
    assert kernel_weight() == "2147483647"
    assert snmpd.set(oid, "i", 1) == ""


def test_a_server_that_is_gone_is_an_error():
    oid = weight_oid("10.2.0.12_80")
    ours.next_poll()
    sh("ipvsadm", "-d", "-t", "192.0.2.1:80", "-r", "10.2.0.12:80")
    outcome = snmpd.set(oid, "i", 1)
    assert "genErr" in outcome or "notWritable" in outcome or "noCreation" in outcome, outcome


def service_row(name="192.0.2.1_TCP80"):
    """virtualServerRealServersTotal, virtualServerRealServersUp"""
    row, _ = named_tables(snmpd)[name]
    return text(row, 20), text(row, 21)


def test_a_server_that_is_gone_is_a_dead_row_of_zeros_until_it_is_back():
    oid = weight_oid("10.2.0.12_80")
    status = oid.replace(f"{SERVER}.7.", f"{SERVER}.6.")
    wait_for(lambda: snmpd.get(status) == "INTEGER: 2", "a dead row")
    assert snmpd.get(oid) == "INTEGER: 0"
    assert service_row() == ("2", "1")
    index, columns = named_tables(snmpd)["192.0.2.1_TCP80"][1]["10.2.0.12_80"]
    assert {text(columns, column) for column in (*range(14, 32), 33, 35, 37, 39)} == {"0"}, columns
    sh("ipvsadm", "-a", "-t", "192.0.2.1:80", "-r", "10.2.0.12:80", "-m", "-w", 1)
    wait_for(lambda: snmpd.get(status) == "INTEGER: 1", "the row alive")
    assert weight_oid("10.2.0.12_80") == oid and service_row() == ("2", "2")


def test_traps():
    changed = CHECK + ".5.0.1"
    quorum = CHECK + ".5.0.2"
    seen = len(trapd.traps(changed))
    for server in ("10.2.0.11:80", "10.2.0.12:80"):
        sh("ipvsadm", "-e", "-t", "192.0.2.1:80", "-r", server, "-m", "-w", 0)
    wait_for(lambda: len(trapd.traps(quorum)) == 1, "the quorum's trap")
    wait_for(lambda: len(trapd.traps(changed)) >= seen + 2, "the servers' traps")
    trap = trapd.traps(quorum)[0]
    assert trap[SERVICE + ".23"] == "INTEGER: 2", trap
    assert trap[SERVICE + ".21"] == "Gauge32: 0" and trap[SERVICE + ".20"] == "Gauge32: 2", trap
    assert trap[SERVICE + ".7"] == "Gauge32: 80", trap
    trap = trapd.traps(changed)[-1]
    assert trap[SERVER + ".6"] == "INTEGER: 2" and trap[SERVER + ".5"] == "Gauge32: 80", trap
    assert trap[SERVICE + ".2"] == "INTEGER: 2" and trap[SERVICE + ".8"] == "INTEGER: 1", trap
    assert trap[".1.3.6.1.4.1.9586.100.5.1.2.0"] == 'STRING: "vm"', trap
    sh("ipvsadm", "-e", "-t", "192.0.2.1:80", "-r", "10.2.0.11:80", "-m", "-w", 1)
    wait_for(lambda: len(trapd.traps(quorum)) == 2, "the quorum's return")
    assert trapd.traps(quorum)[1][SERVICE + ".23"] == "INTEGER: 1"
    wait_for(lambda: trapd.traps(changed)[-1][SERVER + ".6"] == "INTEGER: 1", "the server's return")


def status_in_next_trap(*command):
    """What realServerStateChange says of the status after this change."""
    changed = CHECK + ".5.0.1"
    seen = len(trapd.traps(changed))
    sh("ipvsadm", *command)
    wait_for(lambda: len(trapd.traps(changed)) > seen, f"a trap after {command}")
    return trapd.traps(changed)[-1][SERVER + ".6"]


def test_traps_of_servers_that_come_and_go():
    server = ("-t", "192.0.2.1:80", "-r", "10.2.0.12:80")
    assert status_in_next_trap("-d", *server) == "INTEGER: 2"
    assert status_in_next_trap("-a", *server, "-m", "-w", 3) == "INTEGER: 1"
    assert status_in_next_trap("-d", *server) == "INTEGER: 2"
    assert status_in_next_trap("-a", *server, "-m", "-w", 0) == "INTEGER: 2"
    ours.stop()


def test_rows_of_what_is_gone_leave_long_before_collectd_forgets_the_values():
    start("Timeout 1000\n<Plugin ipvs>\nForgetAfter 0\n</Plugin>")
    sh("ipvsadm", "-d", "-t", "192.0.2.1:80", "-r", "10.2.0.12:80")
    wait_for(lambda: len(snmpd.table(SERVER)) == 7, "one row less")
    assert set(named_tables(snmpd)["192.0.2.1_TCP80"][1]) == {"10.2.0.11_80"}
    sh("ipvsadm", "-D", "-t", "[2001:db8::1]:80")
    wait_for(lambda: len(snmpd.table(SERVER)) == 5 and
             len(snmpd.table(SERVICE)) == len(SERVICES) - 1, "its own rows left, too")
    assert ("2001:db8::1_TCP80", "connections-fd00:2::11_80") in ours.names()
    ours.stop()
