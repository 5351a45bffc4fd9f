# SPDX-License-Identifier: MIT
"""Every kind of service and real server: names, properties, selection."""

from lab import Collectd, add_service, ipvsadm, load, sh, wait_for

SERVICES = {
    # what ipvsadm is told: the plugin instance
    "-t 192.0.2.1:80 -s rr": "192.0.2.1_TCP80",
    "-u 192.0.2.1:80 -s wlc": "192.0.2.1_UDP80",
    "--sctp-service 192.0.2.1:80 -s wrr": "192.0.2.1_SCTP80",
    "-t [2001:db8::1]:80 -s rr": "2001:db8::1_TCP80",
    "-u [2001:db8::1]:53 -s sh -b sh-fallback,sh-port": "2001:db8::1_UDP53",
    "-f 7 -s rr": "ipv4_FWMARK7",
    "-f 7 -6 -s mh -b mh-port": "ipv6_FWMARK7",
    "-f 8 -s rr": "ipv4_FWMARK8",
    "-t 192.0.2.2:443 -s rr -p 600 -M 255.255.255.0": "192.0.2.2_TCP443",
    "-t [2001:db8::2]:443 -s lc -p 300 -M 64": "2001:db8::2_TCP443",
    "-u 192.0.2.2:5060 -s rr -p 60 --pe sip": "192.0.2.2_UDP5060",
    "-u 192.0.2.2:53 -s rr -o": "192.0.2.2_UDP53",
    "-t 192.0.2.3:80 -s rr": "192.0.2.3_TCP80",
    "-t 192.0.2.4:80 -s rr": "192.0.2.4_TCP80",
    **{f"-f {mark} -s rr": f"ipv4_FWMARK{mark}" for mark in range(21, 26)},
}
EMPTY = "192.0.2.4_TCP80"

SERVERS = ("10.2.0.11:8080 -m -w 3", "10.2.0.12:8080 -m -w 0")
SERVERS6 = ("[fd00:2::11]:8080 -m -w 3", "[fd00:2::12]:8080 -m -w 5")
TUNNELS = ("[fd00:2::11]:80 -i -w 1", "10.2.0.12:80 -i -w 2 --tun-type gue --tun-port 6080",
           "10.2.0.13:80 -i -w 4 --tun-type gre --tun-csum", "10.2.0.14:80 -g -w 1 -x 100 -y 50")

COMMON = {"connections", "if_packets", "if_octets"}


def test_every_kind_of_service_is_reported_under_its_name():
    global ours
    load("ip_vs")
    for words, name in SERVICES.items():
        six = "[" in words or "-6" in words
        servers = () if name == EMPTY else TUNNELS if name == "192.0.2.3_TCP80" else SERVERS6 if six else SERVERS
        add_service(words, *servers)
    ours = Collectd(more="<Plugin ipvs>\n</Plugin>")
    ours.next_poll()
    listing = ipvsadm()
    assert set(listing) == set(SERVICES.values()), listing.keys()
    wanted = set()
    for service, (_, servers) in listing.items():
        wanted |= {(service, f"{kind}-total") for kind in COMMON | {"ipvs_service"}}
        for server in servers:
            wanted |= {(service, f"{kind}-{server}") for kind in COMMON | {"ipvs_server"}}
    found = {(instance, value) for instance, value in ours.names() if instance}
    assert found == wanted, found ^ wanted


def test_weights_and_counts_agree_with_ipvsadm():
    for service, (_, servers) in ipvsadm().items():
        for server, (_, weight, active, inactive) in servers.items():
            found = ours.named(service, f"ipvs_server-{server}")
            assert [found[name] for name in ("weight", "missing", "active", "inactive")] == [
                int(weight), 0, int(active), int(inactive)], (service, server, found)
        up = sum(columns[1] != "0" for columns in servers.values())
        assert ours.last(service, "ipvs_service-total")[:3] == [len(servers), up, 0], service
    limited = ours.named("192.0.2.3_TCP80", "ipvs_server-10.2.0.14_80")
    assert (limited["upper_threshold"], limited["lower_threshold"]) == (100, 50)


def test_a_weight_of_0_at_the_start_is_no_event():
    assert ours.named("192.0.2.1_TCP80", "ipvs_server-10.2.0.12_8080")["weight"] == 0
    assert ours.last("192.0.2.1_TCP80", "ipvs_service-total")[:3] == [2, 1, 0]
    assert "weight 0" not in ours.messages(), ours.messages()


def test_a_service_without_servers():
    """It is there, and its first one is news."""
    assert ours.last(EMPTY, "ipvs_service-total")[:3] == [0, 0, 0]
    assert EMPTY not in ours.messages(), ours.messages()
    sh("ipvsadm", "-a", "-t", "192.0.2.4:80", "-r", "10.2.0.11:8080", "-m", "-w", 1)
    wait_for(lambda: ours.last(EMPTY, "ipvs_service-total")[:3] == [1, 1, 0], "its server")
    assert f"{EMPTY}: it has real servers again" in ours.messages()


def test_five_marks_share_their_servers_and_mix_nothing_up():
    for mark in range(21, 26):
        sh("ipvsadm", "-e", "-f", mark, "-r", "10.2.0.11:8080", "-m", "-w", mark)
    ours.next_poll()
    for mark in range(21, 26):
        assert ours.named(f"ipv4_FWMARK{mark}", "ipvs_server-10.2.0.11_8080")["weight"] == mark
        assert ours.named(f"ipv4_FWMARK{mark}", "ipvs_server-10.2.0.12_8080")["weight"] == 0
    sh("ipvsadm", "-d", "-f", 23, "-r", "10.2.0.11:8080")
    wait_for(lambda: ours.last("ipv4_FWMARK23", "ipvs_service-total")[:3] == [2, 0, 1],
             "a missing one")
    ours.next_poll()
    assert ours.last("ipv4_FWMARK22", "ipvs_service-total")[:3] == [2, 1, 0]


def test_host_values():
    tcp, fin, udp = [int(word) for word in sh("ipvsadm", "-L", "--timeout").split()
                     if word.isdigit()]
    assert ours.last("", "ipvs_timeout-tcp") == [tcp]
    assert ours.last("", "ipvs_timeout-tcp_fin") == [fin]
    assert ours.last("", "ipvs_timeout-udp") == [udp]
    assert ours.last("", "ipvs_connection_table-total") == [4096]
    assert ours.last("", "ipvs_sync_daemon-master") == [0]
    # The kernel runs no sync daemon beside a tunnel into the other family.
    sh("ipvsadm", "-d", "-t", "192.0.2.3:80", "-r", "[fd00:2::11]:80")
    load("dummy")
    sh("ip", "link", "add", "sync0", "type", "dummy")
    sh("ip", "link", "set", "sync0", "up")
    sh("ip", "addr", "add", "10.9.0.1/24", "dev", "sync0")
    sh("ipvsadm", "--start-daemon", "master", "--mcast-interface", "sync0", "--syncid", 7)
    ours.next_poll()
    assert ours.last("", "ipvs_sync_daemon-master") == [1]
    assert ours.last("", "ipvs_sync_daemon-backup") == [0]
    sh("ipvsadm", "--stop-daemon", "master")


def test_the_stock_plugins_names_go_on():
    stock = Collectd("stock", plugins="/usr/lib/collectd")


    def known_to_stock():
        # Every mark is 0.0.0.0_TCP0 there; and SCTP is UDP.
        return {name for name in stock.files() if name[0] != "0.0.0.0_TCP0"}
    wait_for(lambda: len(known_to_stock()) == 5 * 3 * 3 + 4 * 3 + 2 * 3, "the stock plugin's values")
    known = known_to_stock()
    stock.stop()
    assert known <= ours.files(), known - ours.files()
    ours.stop()


def services_with(more):
    chosen = Collectd("chosen", more=f"<Plugin ipvs>\n{more}\n</Plugin>")
    chosen.next_poll()
    names = chosen.names()
    chosen.stop()
    sh("rm", "-rf", "/tmp/chosen")
    return names


def test_services_are_selected():
    names = services_with('Service "192.0.2.1_TCP80"\nService "/FWMARK/"')
    assert {instance for instance, _ in names if instance} == {
        "192.0.2.1_TCP80", "ipv4_FWMARK7", "ipv6_FWMARK7", "ipv4_FWMARK8",
        *(f"ipv4_FWMARK{mark}" for mark in range(21, 26))}
    names = services_with('Service "/TCP|UDP|SCTP/"\nIgnoreSelected true')
    assert {instance for instance, _ in names if instance} == {
        "ipv4_FWMARK7", "ipv6_FWMARK7", "ipv4_FWMARK8",
        *(f"ipv4_FWMARK{mark}" for mark in range(21, 26))}


def test_real_servers_are_selected():
    names = services_with('Destination "10.2.0.11_8080"')
    found = {value.split("-", 1)[1] for instance, value in names if instance}
    assert found == {"total", "10.2.0.11_8080"}
    names = services_with("ReportDestinations false")
    assert {value.split("-", 1)[1] for instance, value in names if instance} == {"total"}


def test_wrong_configuration_refuses_to_start():
    wrong = Collectd("wrong", more='<Plugin ipvs>\nServce "x"\n</Plugin>',
                     expect_start=False)
    assert wrong.process.returncode != 0
    assert '<Plugin "ipvs">: Servce "x": unknown key; known here: Service,' in (
        wrong.log() + wrong.messages())
