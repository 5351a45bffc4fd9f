# SPDX-License-Identifier: MIT
"""Two directors with keepalived, three web servers, IPv4 and IPv6, NAT, HTTP checks.

The lab of the article "SNMP support for Keepalived", in namespaces of one machine. Our
agent stands beside keepalived's own: each director has a snmpd for either.
"""

import pathlib
import re
import signal
import time

from lab import (CHECK, KEEPALIVED, SERVER, SERVICE, Collectd, Daemon, Snmpd, Snmptrapd, address_of, bridge,
                 connect, ipvsadm, load, namespace, numbers, request, serve_http, sh, wait_for)
from mib import named_tables, text

CONFIG = """
global_defs {{
  router_id {name}
  smtp_server 10.1.0.2
  enable_snmp_checker
  enable_snmp_vrrp
  enable_traps
}}
vrrp_sync_group gateway {{
  group {{
    four
    six
  }}
}}
vrrp_instance four {{
  state BACKUP
  interface eth0
  virtual_router_id 10
  priority {priority}
  advert_int 1
  virtual_ipaddress {{
    10.1.0.100/24 dev eth0
    10.2.0.1/24 dev eth1
  }}
}}
vrrp_instance six {{
  state BACKUP
  interface eth0
  virtual_router_id 10
  priority {priority}
  advert_int 1
  virtual_ipaddress {{
    fe80::1010/64 dev eth0
    fd00:1::100/64 dev eth0
    fd00:2::1/64 dev eth1
  }}
}}
virtual_server_group WEB4 {{
  10.1.0.100 80
  10.1.0.100 8080
}}
virtual_server_group WEB6 {{
  fd00:1::100 80
}}
"""

POOL = """
virtual_server group {group} {{
  delay_loop 1
  lb_algo rr
  lb_kind NAT
  protocol TCP
"""

SERVER_BLOCK = """
  real_server {address} 80 {{
    weight 1
    HTTP_GET {{
      url {{
        path /
        status_code 200
      }}
      connect_timeout 2
      retry 1
      delay_before_retry 1
    }}
  }}
"""

ASKED = """
LoadPlugin vrrp
<Plugin vrrp>
  <Keepalived>
    PidFile "{dir}/pid"
    JSON "{dir}/keepalived.json"
    Configuration "{dir}/keepalived.conf"
    VrrpPidFile "{dir}/vrrp.pid"
    VrrpData "{dir}/keepalived.data"
    CheckersPidFile "{dir}/checkers.pid"
    CheckersData "{dir}/keepalived_check.data"
  </Keepalived>
</Plugin>
<Plugin ipvs>
  ForgetAfter {forget} # keepalived's word goes before it
</Plugin>
"""

CHECKING = 2  # seconds, the interval of the collectd that asks keepalived
FORGET = 2  # seconds
VIP4, VIP6 = "10.1.0.100", "fd00:1::100"


def configuration(name, priority, servers=(1, 2, 3)):
    text = CONFIG.format(name=name, priority=priority)
    for group, prefix in (("WEB4", "10.2.0.1"), ("WEB6", "fd00:2::1")):
        text += POOL.format(group=group)
        text += "".join(SERVER_BLOCK.format(address=f"{prefix}{n}") for n in servers) + "}\n"
    return text


def network():
    load("veth", "bridge", "ip_vs", "ip_vs_rr", "nf_conntrack")
    for name in ("front", "back"):
        bridge(name)
    namespace("client")
    connect("client", "front", "10.1.0.2/24", "fd00:1::2/64")
    for n in (1, 2, 3):
        namespace(f"rs{n}")
        connect(f"rs{n}", "back", f"10.2.0.1{n}/24", f"fd00:2::1{n}/64", "10.2.0.1", "fd00:2::1")
        serve_http(f"rs{n}", f"10.2.0.1{n}", 80)
        serve_http(f"rs{n}", f"fd00:2::1{n}", 80)


class Director:
    def __init__(self, name, number, priority):
        self.name = name
        namespace(name)
        connect(name, "front", f"10.1.0.1{number}/24", f"fd00:1::1{number}/64")
        sh("ip", "link", "add", f"{name}.b", "type", "veth", "peer", "name", "eth1", "netns", name)
        sh("ip", "link", "set", f"{name}.b", "master", "back", "up")
        sh("ip", "-n", name, "link", "set", "eth1", "up")
        sh("ip", "-n", name, "addr", "add", f"10.2.0.20{number}/24", "dev", "eth1")
        sh("ip", "-n", name, "addr", "add", f"fd00:2::20{number}/64", "dev", "eth1", "nodad")
        for setting in ("ipv4.ip_forward", "ipv6.conf.all.forwarding"):
            sh("ip", "netns", "exec", name, "sysctl", "-w", f"net.{setting}=1")
        self.dir = pathlib.Path(f"/tmp/{name}")
        self.dir.mkdir()
        self.priority = priority
        self.configure()
        self.own = Snmpd(f"{name}-own", within=name)
        self.ours = Snmpd(f"{name}-ours", port=1161, within=name)
        self.start()
        self.collectd = Collectd(f"{name}-collectd", within=name, interval=1,
                                 more="<Plugin ipvs>\nWritable true\n</Plugin>" +
                                 self.ours.agent("/profiles/writable.conf"))

    def configure(self, servers=(1, 2, 3)):
        (self.dir / "keepalived.conf").write_text(configuration(self.name, self.priority, servers))

    def reload(self, servers):
        self.configure(servers)
        self.keepalived.process.send_signal(signal.SIGHUP)

    def start(self):
        self.keepalived = Daemon(
            ["keepalived", "-n", "-D", "-l", "-x", "-A", f"unix:{self.own.dir}/agentx",
             "-f", self.dir / "keepalived.conf", "-p", self.dir / "pid",
             "-r", self.dir / "vrrp.pid", "-c", self.dir / "checkers.pid",
             "-b", self.dir / "bfd.pid"],
            self.dir / "log", within=self.name, environment={"TMPDIR": str(self.dir)})

    def add_checkers(self):
        """Ours beside that, with what keepalived tells of its checks, and a receiver of all traps."""
        self.trapd = Snmptrapd(f"{self.name}-trapd", within=self.name)
        self.checkers = Snmpd(f"{self.name}-checkers", port=2161, within=self.name)
        self.checking = Collectd(
            f"{self.name}-checkers-collectd", within=self.name, interval=CHECKING,
            more=ASKED.format(dir=self.dir, forget=FORGET) + self.checkers.agent(
                "/profiles/keepalived-mib.conf", "/profiles/keepalived-mib-checkers.conf"))

    def is_master(self):
        return f"{VIP4}/24" in sh("ip", "-n", self.name, "addr", "show", "dev", "eth0")

    def listing(self, *options):
        return ipvsadm(*options, within=self.name)


def answers(address, count):
    return {request("client", address, 80).split()[-1].decode() for _ in range(count)}


def flows():
    try:
        return answers(VIP4, 6) == answers(VIP6, 6) == {"rs1", "rs2", "rs3"}
    except OSError:
        return False


def test_requests_flow_through_the_master():
    global first, second
    profile = pathlib.Path("/profiles/keepalived-mib-ipvs.conf").read_text()
    pathlib.Path("/profiles/writable.conf").write_text(
        profile.replace("# Writable true: with", "Writable true # with"))
    network()
    first, second = Director("d1", 1, 120), Director("d2", 2, 100)
    wait_for(first.is_master, "a master", 60)
    wait_for(flows, "answers from all real servers", 60)
    assert not second.is_master()


def theirs_of(entry):
    """keepalived's own table; while its numbers change it may answer genErr, and is asked again."""
    def whole():
        try:
            return first.own.table(entry)
        except RuntimeError as error:
            if "genError" not in str(error):
                raise
            return None
    return wait_for(whole, f"an answer of keepalived for {entry}", 60)


def settled():
    """Our tables and keepalived's at a moment when the kernel's numbers stand still."""
    def moment():
        before = first.listing("--stats", "--exact")
        first.collectd.next_poll()
        found = named_tables(first.ours), theirs_of(SERVICE), theirs_of(SERVER)
        return found if first.listing("--stats", "--exact") == before else None
    time.sleep(2.2)
    return wait_for(moment, "a quiet moment", 60)


def row_numbers(row, columns):
    return [int(text(row, column)) for column in columns]


STATS = (27, 28, 29, 30, 31, 38, 39, 40)
SERVER_STATS = (14, 18, 19, 20, 21, 27, 28, 29)


def test_our_tables_agree_with_keepalived_and_ipvsadm():
    ours, virtual, real = settled()
    listing = first.listing("--stats", "--exact")
    assert set(ours) == set(listing) == {f"{VIP4}_TCP80", f"{VIP4}_TCP8080", f"{VIP6}_TCP80"}
    by_group = {text(row, 3).strip('"'): (index, row) for index, row in virtual.items()}
    # A group of one member is our row.
    index, theirs = by_group["WEB6"]
    row, servers = ours[f"{VIP6}_TCP80"]
    for column in (5, 8, 9, 10, 11, 13, 20, 21, 23, 37, *STATS):
        assert row[column] == theirs[column], (column, row[column], theirs[column])
    for place, server in real.items():
        if place[:1] != index:
            continue
        name = [name for name, (_, own) in servers.items() if own[4] == server[4]]
        assert len(name) == 1, server
        own = servers[name[0]][1]
        for column in (2, 3, 4, 5, 6, 7, 15, 16, 17, 40, *SERVER_STATS):
            assert own[column] == server[column], (name, column, own[column], server[column])
    # A group of two is the sum of our two rows.
    theirs = by_group["WEB4"][1]
    members = [ours[f"{VIP4}_TCP{port}"][0] for port in (80, 8080)]
    assert row_numbers(theirs, STATS) == [
        sum(pair) for pair in zip(*(row_numbers(member, STATS) for member in members))]
    for name, (columns, _) in listing.items():
        assert row_numbers(ours[name][0], STATS[:5]) == numbers(columns)


# Where keepalived's own SNMP has an object and ours has not, or another value: why. docs/mibs.md names them.
EXCEPT = {
    f"{SERVICE}.60": "virtualServerWeight: the default weight is in no dump",
    f"{KEEPALIVED}.2.3.1.11": "vrrpInstanceTrackPrimaryIf: keepalived tells whether another interface is tracked",
    f"{KEEPALIVED}.2.3.1.27": "vrrpInstanceAccept: keepalived tells 0 in version 2, which the MIB does not know",
    f"{KEEPALIVED}.2.6.1.11": "vrrpAddressAdvertising: keepalived tells notAdvertised for all but the first instance",
}


def unlike(ours, theirs):
    """{OID: (ours, theirs)} where we have not what keepalived has, and no reason says why."""
    reasons = tuple(f"{oid}." for oid in EXCEPT)
    return {oid: (ours.get(oid), value) for oid, value in theirs.items()
            if ours.get(oid) != value and not oid.startswith(reasons)}


def same_objects(moment):
    """All of KEEPALIVED-MIB while the kernel's numbers stand still: each object of keepalived's is ours and
    has its value, but for those above, and docs/mibs.md says how many that are."""
    def quiet():
        before = first.listing("--stats", "--exact")
        first.checking.next_poll()
        found = first.checkers.walk(KEEPALIVED), first.own.walk(KEEPALIVED)
        seen.append(unlike(*found))
        return found if first.listing("--stats", "--exact") == before and not seen[-1] else None
    seen = []
    try:
        ours, theirs = wait_for(quiet, "keepalived's own objects", 60)
    except AssertionError as error:
        raise AssertionError(seen[-1]) from error
    common = ours.keys() & theirs.keys()
    equal = sum(ours[oid] == theirs[oid] for oid in common)
    row = (f"| {moment} | {len(theirs)} | {100 * len(common) / len(theirs):.1f} % |"
           f" {100 * equal / len(common):.1f} % |")
    print(row)
    assert row in pathlib.Path("/docs/mibs.md").read_text(), f"docs/mibs.md has not the row {row}"
    return theirs


def test_rows_of_keepalived_s_have_the_kernel_s_counters():
    first.add_checkers()
    wait_for(lambda: len(first.checkers.table(SERVER)) == 6, "keepalived's rows", 60)
    theirs = same_objects("all well")
    assert all(int(theirs[f"{SERVICE}.{column}.1"][1]) > 0 for column in STATS)


def test_the_article_s_graph():
    """Its script asks for virtualServerStatsConns.1 and .2 every ten seconds, and takes them for counters."""
    def asked():
        told = [first.ours.get(f"{SERVICE}.27.{place}") for place in (1, 2)]
        assert all(re.fullmatch(r"Gauge32: \d+", value) for value in told), told
        return [int(value.split()[1]) for value in told]
    before = asked()
    for address in (VIP4, VIP6):
        answers(address, 6)
    wait_for(lambda: sum(asked()) >= sum(before) + 6 and all(map(int.__ge__, asked(), before)), "the counters")


def test_weight_0_by_snmp_reaches_the_kernel_past_keepalived():
    (_, servers) = named_tables(first.ours)[f"{VIP4}_TCP80"]
    index, _ = servers["10.2.0.12_80"]
    oid = f"{SERVER}.7.{index[0]}.{index[1]}"
    assert first.ours.set(oid, "i", 0) == ""
    assert answers(VIP4, 8) == {"rs1", "rs3"}
    assert first.ours.set(oid, "i", 1) == ""
    assert answers(VIP4, 6) == {"rs1", "rs2", "rs3"}


def counted():
    """virtualServerRealServersTotal and …Up, and the third server's row."""
    row, servers = named_tables(first.ours)[f"{VIP4}_TCP80"]
    return text(row, 20), text(row, 21), servers["10.2.0.13_80"][1]


def their_row():
    """keepalived's own row of the same server."""
    index = next(index for index, row in theirs_of(SERVICE).items()
                 if text(row, 3).strip('"') == "WEB4")
    return next(row for place, row in theirs_of(SERVER).items()
                if place[:1] == index and address_of(text(row, 4)) == "10.2.0.13")


def set_server(number, is_up):
    sh("ip", "-n", f"rs{number}", "link", "set", "eth0", "up" if is_up else "down")
    if is_up:
        sh("ip", "-n", f"rs{number}", "route", "replace", "default", "via", "10.2.0.1")
        sh("ip", "-n", f"rs{number}", "addr", "replace", f"fd00:2::1{number}/64", "dev", "eth0", "nodad")
        sh("ip", "-n", f"rs{number}", "-6", "route", "replace", "default", "via", "fd00:2::1")


class Third:
    """The third server of WEB4: keepalived's word in KEEPALIVED-MIB and as a value, and whether it is missing."""

    def __init__(self):
        self.began = time.time()

    def rows(self, instance="WEB4_TCP", value="keepalived_server-10.2.0.13_80"):
        return [row for row in first.checking.rows(instance, value) if row[0] > self.began]

    def missing(self):
        """(time, how many servers are missing) of WEB4's first member, of each poll."""
        return [(moment, values[2]) for moment, values in self.rows(f"{VIP4}_TCP80", "ipvs_service-total")]

    def await_told(self, alive):
        """keepalived's decision, by the kernel's table; then, within an interval, a value tells it, and SNMP."""
        wait_for(lambda: ("10.2.0.13_80" in first.listing()[f"{VIP4}_TCP80"][1]) == alive, "keepalived to decide", 60)
        decided = time.time()
        wait_for(lambda: self.rows()[-1:] and self.rows()[-1][1] == [int(alive)], "the value")
        assert first.checkers.get(f"{SERVER}.6.1.3") == f"INTEGER: {1 if alive else 2}"
        wait_for(lambda: self.missing()[-1][1] == int(not alive), "the number of those that are missing")
        took = next(moment for moment, values in self.rows() if values == [int(alive)]) - decided
        print(f"told {took:.2f} s after keepalived's decision")
        assert took <= CHECKING


def test_a_dead_real_server_stays_as_a_row_and_returns():
    index = named_tables(first.ours)[f"{VIP4}_TCP80"][1]["10.2.0.13_80"][0]
    third = Third()
    sh("ip", "-n", "rs3", "link", "set", "eth0", "down")
    third.await_told(alive=False)
    assert answers(VIP4, 6) == {"rs1", "rs2"}
    wait_for(lambda: counted()[:2] == ("3", "2"), "2 of 3")
    first.collectd.next_poll()
    ours, theirs = counted()[2], their_row()
    for column in (2, 3, 4, 5, 6, 15, 16, 17, *SERVER_STATS):
        assert ours[column] == theirs[column], (column, ours[column], theirs[column])
    assert f"{VIP4}_TCP80: real server 10.2.0.13_80 is gone" in first.collectd.messages()
    theirs = same_objects("a dead real server in both groups")
    assert ("Gauge32", "0") in [theirs[oid] for oid in theirs if oid.startswith(f"{SERVER}.14.")]
    assert third.missing()[-1][1] == 1 and third.missing()[-1][0] - third.missing()[0][0] > 2 * FORGET
    third = Third()
    set_server(3, True)
    third.await_told(alive=True)
    wait_for(flows, "all three again", 60)
    wait_for(lambda: f"{VIP4}_TCP80: real server 10.2.0.13_80 is back" in
             first.collectd.messages(), "its return")
    wait_for(lambda: counted()[:2] == ("3", "3"), "3 of 3")
    assert named_tables(first.ours)[f"{VIP4}_TCP80"][1]["10.2.0.13_80"][0] == index


def test_a_real_server_that_was_taken_out_is_not_dead():
    """By a reload: its row goes, and no value says that it is dead or, for long, missing."""
    third = Third()
    first.reload(servers=(1, 2))
    wait_for(lambda: len(first.checkers.table(SERVER)) == 4, "its rows to go", 60)
    assert "10.2.0.13_80" not in first.listing()[f"{VIP4}_TCP80"][1]
    wait_for(lambda: third.missing()[-1][1] == 0, "that none is missing")
    missing = [moment for moment, count in third.missing() if count]
    print(f"missing at {len(missing)} polls after the reload")
    assert [0] not in [values for _, values in third.rows()]
    assert not missing or missing[-1] - missing[0] < 10  # the alert waits for 20
    first.reload(servers=(1, 2, 3))
    wait_for(lambda: len(first.checkers.table(SERVER)) == 6, "its rows again", 60)
    wait_for(flows, "all three again", 60)


def columns_of(trap):
    """{column: value} of a trap's bindings, whatever the rows are called."""
    found = {}
    for name, value in trap.items():
        column = re.match(rf"({re.escape(CHECK)}\.[34]\.1\.\d+|\.1\.3\.6\.1\.4\.1\.9586\.100\.5\.1\.2)\b", name)
        if column:
            found[column[1]] = value
    return found


def same_trap(kind, wanted):
    """A trap of this kind with these columns, by keepalived's own SNMP and by ours: both the same."""
    def sent(sender):
        return [columns_of(trap) for trap in first.trapd.traps(f"{CHECK}.5.0.{kind}")
                if trap["from"] == sender and wanted.items() <= columns_of(trap).items()]
    try:
        wait_for(lambda: sent("d1-own") and sent("d1-checkers"), f"both traps {kind} with {wanted}", 90)
    except AssertionError:
        raise AssertionError(f"{kind}: {first.trapd.path.read_text()}")
    assert sent("d1-own")[-1] == sent("d1-checkers")[-1], (sent("d1-own")[-1], sent("d1-checkers")[-1])
    return sent("d1-own")[-1]


def same_server_trap(number, status, servers_up):
    return same_trap(1, {f"{SERVICE}.3": 'STRING: "WEB4"', f"{SERVER}.4": f"Hex-STRING: 0A 02 00 {10 + number:02X} ",
                         f"{SERVER}.6": f"INTEGER: {status}", f"{SERVICE}.21": f"Gauge32: {servers_up}"})


def test_traps_have_the_objects_of_keepalived_s():
    """Real servers that fail, the last one of a virtual server, and that the first of them returns."""
    router, group = ".1.3.6.1.4.1.9586.100.5.1.2", {f"{SERVICE}.3": 'STRING: "WEB4"'}
    for number in (1, 2, 3):
        set_server(number, False)
        trap = same_server_trap(number, 2, 3 - number)
        assert set(trap) == {*(f"{SERVER}.{at}" for at in (3, 4, 5, 6)),
                             *(f"{SERVICE}.{at}" for at in (2, 3, 8, 20, 21)), router}
    trap = same_trap(2, {**group, f"{SERVICE}.23": "INTEGER: 2"})
    assert set(trap) == {*(f"{SERVICE}.{at}" for at in (2, 3, 8, 20, 21, 22, 23)), router}
    set_server(1, True)
    same_server_trap(1, 1, 1)
    same_trap(2, {**group, f"{SERVICE}.23": "INTEGER: 1"})
    for number in (2, 3):
        set_server(number, True)
    wait_for(flows, "all three again", 60)


def test_the_other_director_takes_over():
    before = named_tables(second.ours)[f"{VIP4}_TCP80"][0]
    assert row_numbers(before, STATS[:1]) == [0]
    began = time.monotonic()
    first.keepalived.stop()
    wait_for(second.is_master, "the takeover")
    wait_for(flows, "answers through the second")
    print(f"answers again {time.monotonic() - began:.1f} s after the stop")
    wait_for(lambda: row_numbers(named_tables(second.ours)[f"{VIP4}_TCP80"][0],
                                 STATS[:1])[0] >= 6, "its counters")
    wait_for(lambda: not named_tables(first.ours), "the first one's rows to go")
