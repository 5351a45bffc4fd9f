# SPDX-License-Identifier: MIT
"""VRRP over every kind of link that the kernel has: heard once, on the interface it belongs to.

Two namespaces, left and right, with keepalived and collectd each. Each kind of link stands on a
cable of its own between them; keepalived is master on the left and backup on the right, and then is
gone there, so that the right one only listens. Each is looked at in values and in three MIBs."""

import contextlib
import json
import os
import pathlib
import struct
import threading

from lab import Collectd, Daemon, Snmpd, load, namespace, sh, wait_for, within

VRRP = 'PluginDir "/plugins"\nLoadPlugin vrrp\n'
SIDES = ("left", "right")
MASTER, BACKUP, OBSERVER = 3, 2, 0
PROFILES = ("vrrp-mib", "vrrpv3-mib", "collectd-ha-mib")
# The column with the state, what stands behind ifIndex and VRID in its index, and how it counts the states.
VRRP_MIB = ".1.3.6.1.2.1.68.1.3.1", 3, "{0}.{1}", lambda state: state
VRRPV3_MIB = ".1.3.6.1.2.1.207.1.1.1.1", 6, "{0}.{1}.1", lambda state: state
OURS = ".1.3.6.1.4.1.8072.9999.9999.112.1.1.1", 5, "0.{0}.1.{1}", lambda state: state + 1
OWN = {"left": 1, "right": 2}
ACROSS = {"left": 2, "right": 1}

# A link of each kind: {name: (VRID, how it is made on one side)}. In the words, ETH is the end of the
# cable below it, OWN and ACROSS are 1 and 2, or 2 and 1; 10.0.VRID.OWN is on ETH.
TUNNELS = {
    "gre1": (11, "link add gre1 type gre local 10.0.11.OWN remote 10.0.11.ACROSS"),
    "ipip1": (12, "link add ipip1 type ipip local 10.0.12.OWN remote 10.0.12.ACROSS"),
    "sit1": (13, "link add sit1 type sit mode any local 10.0.13.OWN remote 10.0.13.ACROSS"),
    "vti1": (14, "link add vti1 type vti local 10.0.14.OWN remote 10.0.14.ACROSS key 14"),
    "wg1": (15, "link add wg1 type wireguard"),
    "tun1": (16, "tuntap add tun1 mode tun"),
}
# Made by a daemon, with its addresses; unicast, too.
PPP = {"ppp17": 17}
# The same with a header like Ethernet's, by multicast; the last word is the interface for keepalived.
SEGMENTS = {
    "vlan": (21, "link add link ETH name ETH.7 type vlan id 7", "ETH.7"),
    "vlan-in-vlan": (22, "link add link ETH name ETH.7 type vlan id 7;"
                         "link add link ETH.7 name ETH.7.8 type vlan id 8", "ETH.7.8"),
    "bridge": (23, "link add br23 type bridge mcast_snooping 0 forward_delay 0;link set ETH master br23", "br23"),
    "bond": (24, "link add bo24 type bond mode active-backup miimon 100;link set ETH down;"
                 "link set ETH master bo24", "bo24"),
    "vlan-on-bridge-on-bond": (25, "link add bo25 type bond mode active-backup miimon 100;link set ETH down;"
                                   "link set ETH master bo25;link add br25 type bridge mcast_snooping 0 forward_delay 0;"
                                   "link set bo25 master br25;link add link br25 name br25.7 type vlan id 7", "br25.7"),
    "vlan-on-bond-on-bridge": (30, "link add br30 type bridge mcast_snooping 0 forward_delay 0;link set ETH master br30;"
                                   "link add bo30 type bond mode active-backup miimon 100;link set br30 master bo30;"
                                   "link add link bo30 name bo30.7 type vlan id 7", "bo30.7"),
    "vrf": (26, "link add vrf26 type vrf table 26;link set ETH master vrf26", "ETH"),
    "macvtap": (27, "link add link ETH name mt27 type macvtap mode bridge", "ETH"),
    "macvlan": (28, "link add link ETH name mv28 type macvlan mode bridge", "ETH"),
    "ipvlan": (29, "link add link ETH name iv29 type ipvlan mode l2", "ETH"),
    "use_ipvlan": (31, "", "ETH"),
    "team": (33, "", "te33"),  # teamd makes it
    "dummy": (32, "link add du32 type dummy;link set du32 multicast on", "du32"),
}
# What keepalived has to know beside that. Without an address with its prefix it makes no ipvlan.
MORE = {31: "    use_ipvlan iv31 10.1.31.1OWN/24\n"}
ALONE = (32,)  # nobody else hears it: both are master


def unicast():
    """(name, VRID) of the links without a header like Ethernet's."""
    return [*((name, vrid) for name, (vrid, _) in TUNNELS.items()), *PPP.items()]


def words(text, side, cable):
    return text.replace("ETH", cable).replace("OWN", str(OWN[side])).replace("ACROSS", str(ACROSS[side]))


def make_links():
    load("veth", "bridge", "8021q", "ip_gre", "ipip", "sit", "ip_vti", "wireguard", "tun", "bonding",
         "vrf", "macvtap", "macvlan", "ipvlan", "dummy", "team", "team_mode_activebackup", "ppp_generic",
         "ppp_async", "esp4", "xfrm_user", "xfrm4_tunnel")
    for side in SIDES:
        namespace(side)
    for vrid, *_ in (*TUNNELS.values(), *SEGMENTS.values()):
        cable = f"eth{vrid}"
        sh("ip", "link", "add", cable, "netns", "left", "type", "veth", "peer", "name", cable, "netns", "right")
    for side in SIDES:
        for name, (vrid, text) in TUNNELS.items():
            ip(side, f"addr add 10.0.{vrid}.{OWN[side]}/24 dev eth{vrid}", f"link set eth{vrid} up",
               words(text, side, f"eth{vrid}"), f"addr add 10.1.{vrid}.{OWN[side]}/24 dev {name}", f"link set {name} up")
        for vrid, text, interface in SEGMENTS.values():
            cable = f"eth{vrid}"
            if interface.startswith("te"):
                start_teamd(side, interface, cable)
            for command in filter(None, words(text, side, cable).split(";")):
                ip(side, command)
            for line in sh("ip", "-n", side, "-o", "link", "show").splitlines():
                link = line.split()[1].split("@")[0].rstrip(":")
                if str(vrid) in link:
                    ip(side, f"link set {link} up")
            ip(side, f"addr add 10.1.{vrid}.{OWN[side]}/24 dev {words(interface, side, cable)}")


def ip(side, *commands):
    for command in commands:
        sh("ip", "-n", side, *command.split())


def start_teamd(side, team, port):
    """A team with one port, which must be down when it joins."""
    conf = {"device": team, "runner": {"name": "activebackup"}, "link_watch": {"name": "ethtool"}, "ports": {port: {}}}
    Daemon(["teamd", "-g", "-p", f"/tmp/teamd-{side}/pid", "-c", json.dumps(conf)], f"/tmp/teamd-{side}/log", within=side)
    wait_for(lambda: f"master {team} " in sh("ip", "-n", side, "-o", "link", "show", port), f"{port} in {team}")


def start_pppd():
    """One pppd a side; the left one starts the other at the end of its line."""
    alone = ["noauth", "nodetach", "local", "nodefaultroute", "noipdefault", "nopcomp", "noccp"]
    os.makedirs("/dev/pts", exist_ok=True)
    sh("mount", "-t", "devpts", "devpts", "/dev/pts")
    for name, vrid in PPP.items():
        right = " ".join(["/usr/sbin/ip netns exec right /usr/sbin/pppd notty ifname", name, f"10.1.{vrid}.2:10.1.{vrid}.1", *alone])
        Daemon(["pppd", "ifname", name, f"10.1.{vrid}.1:10.1.{vrid}.2", *alone, "pty", right],
               "/tmp/pppd/log", within="left")
        for side in SIDES:
            wait_for(lambda: "peer" in sh("ip", "-n", side, "-o", "addr", "show", "dev", name, check=False), f"{name} on {side}")


def make_wireguard():
    keys = {side: sh("wg", "genkey").strip() for side in SIDES}
    for side in SIDES:
        other = next(name for name in SIDES if name != side)
        path = pathlib.Path(f"/tmp/{side}.key")
        path.write_text(keys[side])
        sh("ip", "netns", "exec", side, "wg", "set", "wg1", "listen-port", "51820", "private-key", path,
           "peer", sh("wg", "pubkey", stdin=keys[other]).strip(), "allowed-ips", "0.0.0.0/0",
           "endpoint", f"10.0.15.{ACROSS[side]}:51820")


def make_ipsec():
    for side in SIDES:
        for source, target in ((1, 2), (2, 1)):
            sh("ip", "-n", side, "xfrm", "state", "add", "src", f"10.0.14.{source}", "dst", f"10.0.14.{target}",
               "proto", "esp", "spi", str(100 + source), "mode", "tunnel", "mark", "14",
               "enc", "ecb(cipher_null)", "", "auth", "digest_null", "")
            sh("ip", "-n", side, "xfrm", "policy", "add", "src", "0.0.0.0/0", "dst", "0.0.0.0/0", "dir",
               "out" if source == OWN[side] else "in", "mark", "14", "tmpl", "src", f"10.0.14.{source}",
               "dst", f"10.0.14.{target}", "proto", "esp", "mode", "tunnel")


def open_tun():
    import fcntl
    fd = os.open("/dev/net/tun", os.O_RDWR)
    fcntl.ioctl(fd, 0x400454CA, struct.pack("16sH22x", b"tun1", 0x1001))  # TUNSETIFF, without a header
    return fd


def join_tuns():
    """Carries the packets of each side's tun1 to the other's."""
    ends = {side: within(side, open_tun) for side in SIDES}

    def carry(source, target):
        while True:
            os.write(target, os.read(source, 2048))

    for source, target in ((ends["left"], ends["right"]), (ends["right"], ends["left"])):
        threading.Thread(target=carry, args=(source, target), daemon=True).start()


def keepalived(side):
    """One instance a link."""
    priority = 120 if side == "left" else 100
    text = ""

    def add(vrid, interface, more):
        return (f"vrrp_instance i{vrid} {{\n    state BACKUP\n    interface {interface}\n    virtual_router_id {vrid}\n"
                f"    priority {priority}\n    advert_int 1\n{more}    virtual_ipaddress {{\n        10.1.{vrid}.9/24\n"
                "    }\n}\n")

    for name, vrid in unicast():
        text += add(vrid, name, f"    unicast_src_ip 10.1.{vrid}.{OWN[side]}\n    unicast_peer {{\n"
                                f"        10.1.{vrid}.{ACROSS[side]}\n    }}\n")
    for vrid, _, interface in SEGMENTS.values():
        text += add(vrid, words(interface, side, f"eth{vrid}"), words(MORE.get(vrid, ""), side, ""))
    directory = pathlib.Path(f"/tmp/keepalived-{side}")
    directory.mkdir()
    (directory / "conf").write_text(text)
    return Daemon(["keepalived", "-n", "-l", "-D", "-P", "-G", "-f", directory / "conf", "-p", directory / "pid",
                   "-r", directory / "vrrp.pid", "-c", directory / "checkers.pid", "-b", directory / "bfd.pid"],
                  directory / "log", within=side, environment={"TMPDIR": str(directory)})


def states(side):
    """{plugin instance: vrrp_state}, of all that are there."""
    found = {}
    for line in ours[side].command("LISTVAL"):
        identifier = line.split(" ", 1)[1]
        if "/vrrp-" in identifier and identifier.endswith("/vrrp_state"):
            with contextlib.suppress(AssertionError):  # it is gone, or late, since it was listed
                told = ours[side].command(f'GETVAL "{identifier}"')
                found[identifier.split("/")[1][len("vrrp-"):]] = float(told[0].split("=")[1])
    return found


def expected(side):
    state = MASTER if side == "left" else BACKUP
    rows = {f"{name}-ipv4-{vrid}": state for name, vrid in unicast()}
    rows |= {f"{words(interface, side, f'eth{vrid}')}-ipv4-{vrid}": MASTER if vrid in ALONE else state
             for vrid, _, interface in SEGMENTS.values()}
    return rows


def start_monitor(side):
    """collectd with all that serves VRRP."""
    first, *others = (f"/profiles/{name}.conf" for name in PROFILES)
    return Collectd(side, interval=1, within=side, more=VRRP + agents[side].agent(first) + "".join(
        f'Include "{profile}"\n' for profile in others))


def served(side, mib):
    """{index: state} of a table."""
    entry, column, *_ = mib
    return {".".join(map(str, index)): int(row[column][1]) for index, row in agents[side].table(entry).items()
            if column in row}


def rows(side, mib, wanted):
    """What the table should have for {plugin instance: vrrp_state}."""
    _, _, index, number = mib
    found = {}
    for name, state in wanted.items():
        interface, _, vrid = name.rpartition("-ipv4-")
        ifindex = sh("ip", "netns", "exec", side, "cat", f"/sys/class/net/{interface}/ifindex").strip()
        found[index.format(ifindex, vrid)] = number(state)
    return found


def wait_served(side, wanted, mibs):
    for mib in mibs:
        should = rows(side, mib, wanted)
        try:
            wait_for(lambda: served(side, mib) == should, side, 20)
        except AssertionError:
            seen = served(side, mib)
            raise AssertionError(f"{side}, {mib[0]}: (seen, wanted): " + str(
                {at: (seen.get(at), should.get(at)) for at in seen.keys() | should.keys() if seen.get(at) != should.get(at)}))


def test_each_link_is_heard_once():
    global ours, agents
    make_links()
    make_wireguard()
    make_ipsec()
    join_tuns()
    start_pppd()
    agents = {side: Snmpd(f"snmpd-{side}", within=side) for side in SIDES}
    ours = {side: start_monitor(side) for side in SIDES}
    daemons = [keepalived(side) for side in SIDES]
    for side in SIDES:
        def differs():
            wanted, seen = expected(side), states(side)
            return {name: (seen.get(name), wanted.get(name)) for name in wanted.keys() | seen.keys()
                    if seen.get(name) != wanted.get(name)}
        try:
            wait_for(lambda: not differs(), side, 60)
        except AssertionError:
            raise AssertionError(f"{side}: (seen, wanted): {differs()}")
        wait_served(side, expected(side), (VRRP_MIB, VRRPV3_MIB, OURS))
    left, right = daemons
    right.stop(expect=None)
    ours["right"].stop()  # it remembers who took part
    ours["right"] = start_monitor("right")
    wanted = {name: OBSERVER for name in expected("right") if int(name.rpartition("-")[2]) not in ALONE}
    wait_for(lambda: states("right") == wanted, "the right one only listens", 20)
    wait_served("right", wanted, (OURS,))
    left.stop(expect=None)
    wait_for(lambda: set(states("left")) == set(expected("left")) and set(states("right")) == set(wanted),
             "no other name came")
