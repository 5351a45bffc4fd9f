# SPDX-License-Identifier: MIT
"""Virtual routers in network namespaces other than collectd's own."""

import contextlib
import csv
import math
import os
import pathlib
import subprocess
import threading
import time

from lab import Instance, Namespace, oids, wait_until
from lab.daemon import Daemon
from lab.keepalived import block, track_file
from lab.snmp import command, snmpwalk
from lab.snmpd import V3, V3_PASSWORD
from lab.wire import Sender, frame_v4, vrrp_v2
from test_keepalived_source import BASE, writable_profile
from test_traps import HA, HA_NEW_MASTER, NEW_MASTER, Traps

VIP = "192.168.1.1"
IPVS = "1.3.6.1.4.1.9586.100.5.3"  # check, of KEEPALIVED-MIB
CH_STATE, CH_PRIORITY = f"{HA}.1.1.1.5", f"{HA}.1.1.1.9"  # chVrrpState, chVrrpMasterPriority
CH_ADDRESS = f"{HA}.1.5.1.2"  # chVrrpAddressHere
CH_NAMESPACE = f"{HA}.1.28.0"  # chNotifyNamespace
OBSERVER, BACKUP, MASTER = 0, 2, 3
NO_ENTRY = ("setpriv", "--bounding-set", "-sys_admin")


def instance(router, vrid=10):
    """The plugin instance of a virtual router that is heard on another router's eth0."""
    return f"vrrp-eth0@{router.name}-ipv4-{vrid}"


def state(collectd, of):
    """vrrp_state as collectd's cache has it, or None."""
    values = collectd.values(f"/{of}/vrrp_state$")
    return next(iter(values.values()))["value"] if values else None


def wait_states(collectd, wanted, timeout=15):
    """Waits until each of these plugin instances has its state."""
    wait_until(lambda: all(state(collectd, of) == value for of, value in wanted.items()), timeout,
               lambda: f"{[(of, state(collectd, of)) for of in wanted]}\n{collectd.said()[-3000:]}")


def keepalived(lab, label, address, priority):
    """A router with keepalived on the switch, started."""
    router = lab.router(label, f"{address}/24")
    router.add_keepalived(Instance("VI_1", 10, priority, [VIP])).start()
    return router


def observer(lab, *routers, **options):
    """collectd on a router of its own that listens in the namespaces of the others, too."""
    host = lab.router("host", "192.168.1.9/24")
    names = "\n".join(f'  Namespace "{router.name}"' for router in routers)
    return host, host.add_collectd(load=("vrrp",), profiles=(), vrrp=names, **options)


def sockets(collectd):
    """How many sockets it has open."""
    count = 0
    for link in pathlib.Path(f"/proc/{collectd.pid}/fd").iterdir():
        with contextlib.suppress(FileNotFoundError):  # closed meanwhile
            count += os.readlink(link).startswith("socket:")
    return count


def test_each_namespace_has_its_own_state(lab):
    """One virtual router as three hosts see it: master, backup by its daemon alone, observer."""
    r1, r2 = (keepalived(lab, "r1", "192.168.1.2", 150), keepalived(lab, "r2", "192.168.1.3", 100))
    _, collectd = observer(lab, r1, r2)
    collectd.start().ready()
    wait_states(collectd, {instance(r1): MASTER, instance(r2): BACKUP,
                           "vrrp-eth0-ipv4-10": OBSERVER})
    r1.keepalived.stop()
    wait_states(collectd, {instance(r2): MASTER})
    assert f"eth0@{r2.name}-ipv4-10: 192.168.1.3 (this host) is master" in collectd.said()


def walk(router, oid, context=""):
    """{index: value} of a column in an SNMP context."""
    found = snmpwalk(router, oid, auth=(*V3, "-n", context))
    return {row[len(oid) + 1:]: value for row, (_, value) in found.items()}


def index(router, vrid=10, namespace=""):
    """That of a virtual router on a router's eth0 in our own MIB."""
    return ".".join(map(str, (len(namespace), *namespace.encode(), router.eth0, 1, vrid)))


def wait_walk(host, oid, wanted, context="", timeout=5):
    """Waits until this is all that a column shows."""
    wait_until(lambda: walk(host, oid, context) == wanted, timeout,
               lambda: f"{walk(host, oid, context)}, not {wanted}")


def test_each_is_an_snmp_context_and_all_are_in_our_table(lab):
    """One index of an interface and one VRID in three namespaces: in VRRP-MIB a context each, in
    our own MIB a row each, whose index begins with the namespace, as a trap's instances do."""
    r1, r2 = (keepalived(lab, "r1", "192.168.1.2", 150), keepalived(lab, "r2", "192.168.1.3", 100))
    host, collectd = observer(lab, r1, r2)
    collectd.options |= {"profiles": ("vrrp-mib", "collectd-ha-mib"), "load": ("vrrp", "snmp_agent")}
    traps = Traps(lab, host)
    host.add_snmpd(more="trap2sink 127.0.0.1:162 public\n").start().ready()
    collectd.start().ready()
    wait_states(collectd, {instance(r1): MASTER, instance(r2): BACKUP})
    for context, state_there in ("", "1"), (r1.name, "3"), (r2.name, "2"):
        wait_walk(host, oids.OPER_STATE, {f"{host.eth0}.10": state_there}, context)
    claim = f"vrrp_claim-10-{VIP}"  # one name in a namespace, whatever a host is to it
    for of, suffix, value in (instance(r1), f"@{r1.name}", 1), (instance(r2), f"@{r2.name}", 0), ("vrrp-eth0-ipv4-10", "", 0):
        wait_until(lambda o=of, w={f"{of}/{claim}{suffix}": {"value": value}}: collectd.values(f"/{o}/vrrp_claim") == w, 10,
                   lambda o=of: f"{collectd.values(f'/{o}/vrrp_claim')}")
    own, first, second = index(host), index(r1, 10, r1.name), index(r2, 10, r2.name)
    wait_walk(host, CH_STATE, {own: "1", first: "4", second: "3"})
    vip = ".4." + VIP
    wait_walk(host, CH_ADDRESS, {own + vip: "2", first + vip: "1", second + vip: "2"})
    r1.keepalived.stop()
    for at in own, second:
        traps.wait(HA_NEW_MASTER, lambda trap: trap.get(f"{CH_PRIORITY}.{at}", ("", ""))[1] == "100")
    trap = traps.wait(NEW_MASTER, lambda trap: trap.get(CH_NAMESPACE, ("", ""))[1] == f'"{r2.name}"')
    assert trap[f"{oids.OPER_MASTER}.{r2.eth0}.10"][1] == "192.168.1.3"
    wait_walk(host, CH_STATE, {own: "1", first: "2", second: "4"})
    r2.keepalived.stop()
    r2.close()
    wait_walk(host, oids.OPER_STATE, {}, r2.name)
    wait_walk(host, CH_STATE, {own: "1", first: "2"})


TIMEOUT_TCP = f"{IPVS}.7.1"  # lvsTimeoutTcp


def graphs(collectd, rrd, host, *arguments):
    """{name: path} of the pictures that the installed command draws of what collectd wrote."""
    collectd.ask("FLUSH plugin=rrdtool")
    done = subprocess.run([host.lab.stage.prefix / "bin/collectd-ha-graph", "--data", rrd, "--out", host.directory,
                           "--start", "end-60s", *arguments], text=True, capture_output=True, timeout=60, check=False)
    return {pathlib.Path(line).name: pathlib.Path(line) for line in done.stdout.splitlines()}


def shows(path):
    """The names of a graph that was drawn as CSV for which it has a number that is not 0."""
    rows = list(csv.DictReader(path.read_text().splitlines())) if path else []
    return {name for row in rows for name, number in row.items()
            if name != "time" and number.lower().strip("-") != "nan" and float(number) != 0}


def test_a_graph_of_each_has_its_name(lab):
    """Of two namespaces, in which the virtual router is master and backup."""
    r1, r2 = (keepalived(lab, "r1", "192.168.1.2", 150), keepalived(lab, "r2", "192.168.1.3", 100))
    rrd = lab.directory / "rrd"
    host, collectd = observer(lab, r1, r2, plugins=("rrdtool",),
                              extra=f'<Plugin rrdtool>\n  DataDir "{rrd}"\n  CacheTimeout 0\n</Plugin>\n')
    collectd.start().ready()
    wait_states(collectd, {instance(r1): MASTER, instance(r2): BACKUP})
    for router, state_there in (r1, "master"), (r2, "backup"):
        name = f"vrrp-state.{instance(router).removeprefix('vrrp-')}"
        wait_until(lambda: state_there in shows(
            graphs(collectd, rrd, host, "--format", "CSV", "vrrp-state").get(f"{name}.csv")), 15, f"no {name}", step=1)
        picture = graphs(collectd, rrd, host, "vrrp-state")[f"{name}.png"].read_bytes()
        assert picture[:8] == b"\x89PNG\r\n\x1a\n" and len(picture) > 4000


def put_ipvs(collectd, namespace):
    """Values of a virtual server, its real one and the whole, as the plugin ipvs has them of a namespace."""
    suffix, meta = (f"@{namespace}", f' meta:namespace="\\"{namespace}\\""') if namespace else ("", "")
    host, service = collectd.options["hostname"], f"192.0.2.1_TCP80{suffix}"
    for name, numbers in ((f"ipvs-{service}/connections-total", "5"),
                          (f"ipvs-{service}/ipvs_service-total", "2:1:1:0:0:0:0:0:0:0:0"),
                          (f"ipvs-{service}/ipvs_server-10.0.0.1_80", "7:0:0:0:0:0:0:0:0:0:0:0"),
                          (f"ipvs-{suffix}/connections-total" if namespace else "ipvs/connections-total", "9"),
                          (f"ipvs-{suffix}/ipvs_timeout-tcp" if namespace else "ipvs/ipvs_timeout-tcp",
                           "600" if namespace else "900")):
        answer = collectd.ask(f'PUTVAL "{host}/{name}"{meta} N:{numbers}')
        assert answer[0].startswith("0 "), answer


def test_a_load_balancer_of_each_is_an_snmp_context(lab):
    """One virtual server in two namespaces: one index, no row of the whole load balancer, its scalars."""
    host = lab.router("host", "192.168.1.9/24")
    collectd = host.add_collectd(load=("snmp_agent",), profiles=("keepalived-mib-ipvs",))
    host.add_snmpd().start().ready()
    collectd.start().ready()
    for namespace in "", "blue":
        put_ipvs(collectd, namespace)
    for namespace in "", "blue":
        for column, wanted in ((f"{IPVS}.3.1.20", {"1": "2"}),  # virtualServerRealServersTotal
                               (f"{IPVS}.3.1.27", {"1": "5"}),  # virtualServerStatsConns
                               (f"{IPVS}.4.1.7", {"1.1": "7"})):  # realServerWeight
            wait_until(lambda: walk(host, column, namespace) == wanted, 5,
                       lambda: f"{namespace} {column} {walk(host, column, namespace)} {collectd.said()[-2000:]}")
        wait_walk(host, TIMEOUT_TCP, {"0": "600" if namespace else "900"}, namespace)


def polls(collectd, namespace):
    """True if the load balancer of this namespace was asked for, whether or not the kernel has IPVS."""
    return bool(collectd.values(f"/ipvs-@{namespace}/ipvs_poll$"))


def test_a_load_balancer_of_each_is_polled_and_pins_none(lab):
    """Also one that comes later; and one that is deleted ends at once."""
    host, other = lab.router("host", "192.168.1.9/24"), lab.router("other", "192.168.1.8/24")
    collectd = host.add_collectd(load=("ipvs",), profiles=(),
                                 extra=f'<Plugin ipvs>\n  Namespace "{other.name}"\n  Namespace "/-late$/"\n</Plugin>\n')
    collectd.start().ready()
    wait_until(lambda: polls(collectd, other.name), 10, lambda: collectd.said()[-2000:])
    late = Namespace("late")
    lab.on_exit(late.close)
    host.ip("link", "add", "peer", "type", "veth", "peer", "name", "eth0", "netns", late.name)
    wait_until(lambda: polls(collectd, late.name), 10, lambda: collectd.said()[-2000:])
    wait_until(lambda: sockets(collectd) <= 2, 5,  # its own command socket, and perhaps netlink
               lambda: f"{sockets(collectd)} sockets")
    late.close()
    wait_until(lambda: "peer" not in host.ip("link", "show"), 5, "the namespace is pinned")


def test_a_load_balancer_without_the_right_to_enter(lab):
    """Said once, and collectd's own is read."""
    host, other = lab.router("host", "192.168.1.9/24"), lab.router("other", "192.168.1.8/24")
    collectd = host.add_collectd(load=("ipvs",), profiles=(), wrap=NO_ENTRY,
                                 extra=f'<Plugin ipvs>\n  Namespace "{other.name}"\n</Plugin>\n')
    collectd.start().ready()
    refused = "is not read: Operation not permitted; collectd needs the capability CAP_SYS_ADMIN"
    wait_until(lambda: refused in collectd.said(), 10, lambda: collectd.said()[-2000:])
    time.sleep(2.5)  # two more tries
    assert collectd.said().count(refused) == 1
    assert collectd.values("/ipvs/ipvs_poll$") and not polls(collectd, other.name)


def test_one_that_comes_and_goes(lab):
    """It is heard as soon as it is there, and let go within a second of its end."""
    host, collectd = observer(lab)
    collectd.options["vrrp"] = f'  Namespace "/^ha{os.getpid()}-[0-9]+-late$/"'
    collectd.start().ready()
    before = sockets(collectd)
    for _ in range(3):
        late = Namespace("late")
        lab.on_exit(late.close)
        host.ip("link", "add", "peer", "type", "veth", "peer", "name", "eth0", "netns", late.name)
        host.ip("link", "set", "peer", "up")
        late.ip("link", "set", "eth0", "up")
        sender = Sender(host, "peer")
        heard(collectd, sender, instance(late, 20))
        sender.close()
        wait_sockets(collectd, before + 2)
        late.close()
        wait_until(lambda: "peer" not in host.ip("link", "show"), 1, "the namespace is pinned")
        wait_until(lambda: is_gone(collectd, instance(late, 20)), 5, "its values stay")
        wait_sockets(collectd, before)


def wait_sockets(collectd, count):
    """Those that answered the test's own questions close a moment later."""
    wait_until(lambda: sockets(collectd) == count, 5,
               lambda: f"{sockets(collectd)} sockets, not {count}")


def is_gone(collectd, of):
    """True if it is told that nothing is known of it any more."""
    value = state(collectd, of)
    return value is None or math.isnan(value)


def heard(collectd, sender, of):
    """Sends adverts until the virtual router has a value."""
    frame = frame_v4("192.0.2.9", vrrp_v2(20, 100, ["192.0.2.1"]))

    def is_told():
        sender.send(frame)
        return state(collectd, of) == OBSERVER
    wait_until(is_told, 10, lambda: collectd.said()[-3000:], step=0.2)


def test_without_the_right_to_enter(lab):
    """Said once, and collectd's own namespace is heard."""
    r1 = keepalived(lab, "r1", "192.168.1.2", 150)
    _, collectd = observer(lab, r1, wrap=NO_ENTRY)
    collectd.start().ready()
    wait_states(collectd, {"vrrp-eth0-ipv4-10": OBSERVER})
    time.sleep(2.5)  # two more tries
    assert collectd.said().count("is not listened to: Operation not permitted; collectd needs the "
                                 "capability CAP_SYS_ADMIN") == 1
    assert state(collectd, instance(r1)) is None


def flood(sender, over):
    """Forged adverts of all VRIDs, as many as go out."""
    frames = [frame_v4(f"192.0.2.{vrid}", vrrp_v2(vrid, 100, ["192.0.2.1"])) for vrid in range(1, 256)]
    while not over.is_set():
        sender.send(*frames)


def test_a_flood_in_one_touches_no_other(lab):
    """A takeover elsewhere is told within a second of its advert, and MaxVirtualRouters is each one's."""
    r1, r2 = (keepalived(lab, "r1", "192.168.1.2", 150), keepalived(lab, "r2", "192.168.1.3", 100))
    loud, far = Namespace("loud"), Namespace("far")
    for namespace in loud, far:
        lab.on_exit(namespace.close)
    far.ip("link", "add", "peer", "type", "veth", "peer", "name", "eth0", "netns", loud.name)
    far.ip("link", "set", "peer", "up")
    loud.ip("link", "set", "eth0", "up")
    _, collectd = observer(lab, r1, r2, loud)
    collectd.options["vrrp"] += "\n  MaxVirtualRouters 16"
    collectd.start().ready()
    wait_states(collectd, {instance(r1): MASTER, instance(r2): BACKUP})
    sender, over = Sender(far, "peer"), threading.Event()
    thread = threading.Thread(target=flood, args=(sender, over), daemon=True)
    thread.start()
    try:
        wait_until(lambda: collectd.counts("vrrp", "vrrp_dropped").get("virtual_routers", 0) > 1000, 10,
                   lambda: f"no flood: {collectd.counts('vrrp', 'vrrp_dropped')}")
        begin = time.time()
        r1.keepalived.stop()
        lab.wire.wait(10, since=begin, source="192.168.1.3", priority=100)
        wait_states(collectd, {instance(r2): MASTER}, timeout=1)
    finally:
        over.set()
        thread.join()
        sender.close()


# --- keepalived of each -----------------------------------------------------------------

MIB = "1.3.6.1.4.1.9586.100.5"  # KEEPALIVED-MIB
ROUTER_ID = f"{MIB}.1.2.0"
INSTANCE_NAME, INSTANCE_STATE = f"{MIB}.2.3.1.2", f"{MIB}.2.3.1.4"
ADDRESS_IFINDEX = f"{MIB}.2.6.1.7"  # vrrpAddressIfIndex
CH_ANSWERS = f"{HA}.1.30.1.1"  # chKeepalivedEachAnswers
CH_COUNTER = f"{HA}.1.11.1.3"  # chKeepalivedCounterValue
WRITER = ("-u", "writer", *V3[V3.index("-a"):], "-v3", "-l", "authPriv")


def tracking(lab, label, address, priority):
    """A router with keepalived: its priority can be set, and its master has a route."""
    router = lab.router(label, f"{address}/24")
    more = (block("virtual_routes", "10.9.0.0/24 via 192.168.1.9 dev eth0"), block("track_file", "moved weight 1"))
    router.add_keepalived(Instance("VI_1", 10, priority, ["192.168.1.1/24"], blocks=more),
                          tracked=(track_file("moved", router.directory / "priority"),))
    return router


def block_of(router):
    """What asks the router's keepalived in its namespace."""
    return router.keepalived_block().replace(
        "<Keepalived>", f'<Keepalived>\n    Namespace "{router.name}"\n'
                        f'    TrackFile "VI_1" "{router.directory}/priority"')


def asked(lab):
    """A host that asks the keepaliveds of two others, whose instances have one name; and these."""
    r1, r2 = (tracking(lab, "r1", "192.168.1.2", 150), tracking(lab, "r2", "192.168.1.3", 100))
    for router in r1, r2:
        router.keepalived.start()
    host = lab.router("host", "192.168.1.9/24")
    host.unplug()
    host.ip("link", "set", "eth0", "name", "uplink", "up")  # so that eth0 is theirs alone
    host.add_snmpd(more=f"createUser writer SHA {V3_PASSWORD} AES {V3_PASSWORD}\nrwuser writer authpriv\n")
    host.snmpd.start().ready()
    host.add_collectd(vrrp="\n".join(map(block_of, (r1, r2))), profiles=("collectd-ha-mib",),
                      extra=writable_profile(lab))
    host.collectd.start().ready()
    return host, r1, r2


def says(collectd, router, value):
    """What the cache has of a value of a router's keepalived, by its end of the name."""
    found = collectd.values(f"@{router.name}{value}")
    return next(iter(found.values()))["value"] if found else None


def test_each_keepalived_is_asked_in_its_namespace(lab):
    """Its names, its links, its context; and what the one says is never taken for the other's."""
    host, r1, r2 = asked(lab)
    collectd = host.collectd
    for router, current, base in (r1, 2, 150), (r2, 1, 100):
        wait_until(lambda: says(collectd, router, "-ipv4-10/keepalived_state-current$") == current, 15,
                   lambda: collectd.said()[-3000:])
        wait_until(lambda: says(collectd, router, "-ipv4-10/vrrp_priority-base$") == base, 5, "no priority")
        wait_until(lambda: says(collectd, router, "/keepalived_up$") == 1, 5, "no keepalived_up")
        wait_until(lambda: says(collectd, router, "-ipv4-10/keepalived_route-1$") == (router is r1), 5,
                   lambda: f"{router.name}: {collectd.values('keepalived_route')}")
    assert not collectd.values("vrrp-keepalived/"), "there is none in collectd's own"
    for router, state_there in (r1, "2"), (r2, "1"):
        wait_walk(host, INSTANCE_STATE, {"1": state_there}, router.name)
        wait_walk(host, ADDRESS_IFINDEX, {"1.1": str(router.eth0)}, router.name)
        assert walk(host, ROUTER_ID, router.name) == {"": f'"{router.label}"'}
    wait_walk(host, INSTANCE_NAME, {})
    named = {router: ".".join(map(str, (len(router.name), *router.name.encode()))) for router in (r1, r2)}
    wait_walk(host, CH_ANSWERS, {named[r1]: "1", named[r2]: "1"})
    assert set(walk(host, CH_COUNTER)) >= {f"{named[r1]}.1.2", f"{named[r2]}.1.2"}  # adverts sent


def test_a_set_reaches_the_keepalived_of_its_context(lab):
    """The other's instance of the same name keeps its priority."""
    host, r1, r2 = asked(lab)
    wait_walk(host, INSTANCE_STATE, {"1": "1"}, r2.name, 15)
    wait_walk(host, BASE, {"1": "100"}, r2.name)
    command(host, "snmpset", f"{BASE}.1", "i", "200", auth=(*WRITER, "-n", r2.name))
    wait_walk(host, INSTANCE_STATE, {"1": "2"}, r2.name, 15)
    wait_walk(host, INSTANCE_STATE, {"1": "1"}, r1.name)
    wait_walk(host, BASE, {"1": "200"}, r2.name)
    wait_walk(host, BASE, {"1": "150"}, r1.name)
    assert (r1.directory / "priority").read_text().strip() == "0"


def test_one_keepalived_that_ends_leaves_the_other(lab):
    """Told by its namespace's name, in the log, too; and its context is empty."""
    host, r1, r2 = asked(lab)
    collectd = host.collectd
    wait_walk(host, INSTANCE_STATE, {"1": "2"}, r1.name, 15)
    wait_walk(host, INSTANCE_STATE, {"1": "1"}, r2.name, 15)
    r1.keepalived.stop()
    wait_walk(host, INSTANCE_STATE, {"1": "2"}, r2.name, 15)
    wait_walk(host, INSTANCE_NAME, {}, r1.name)
    wait_until(lambda: says(collectd, r1, "/keepalived_up$") == 0, 5, "keepalived_up stays")
    said = collectd.said()
    assert f"keepalived of the namespace {r1.name} is not running" in said
    assert f"keepalived's instance VI_1 of the namespace {r2.name} went from backup to master" in said
    assert f"keepalived of the namespace {r2.name} is not" not in said
    assert says(collectd, r2, "/keepalived_up$") == 1


OWN_RUN = """\
mkdir {at} && mount --rbind /run/netns {at} && mount -t tmpfs tmpfs /run &&
mkdir /run/netns /run/keepalived && mount --rbind {at} /run/netns && echo mounted && exec sleep 600
"""


def own_run(lab, host):
    """A command's beginning that gives it a /run that is this test's own, but for the namespaces' names."""
    holder = lab.manage(Daemon(
        host.argv("unshare", "-m", "--propagation", "slave", "sh", "-c", OWN_RUN.format(at=lab.directory / "netns")),
        lab.directory / "run.log")).start()
    wait_until(lambda: "mounted" in holder.said(), 5, holder.said)
    return "nsenter", f"--mount=/proc/{holder.process.pid}/ns/mnt"


def test_keepalived_s_own_net_namespace_needs_no_paths(lab):
    """Two of them by net_namespace, with /run/keepalived as TMPDIR: where their files lie, is known. Their
    own first namespace is a router's here, too, so that one that did not enter its own would harm nobody."""
    r1, r2 = (tracking(lab, "r1", "192.168.1.2", 150), tracking(lab, "r2", "192.168.1.3", 100))
    host = lab.router("host", "192.168.1.9/24")
    wrap, blocks = own_run(lab, host), ""
    for router in r1, r2:
        conf = router.directory / "keepalived.conf"
        conf.write_text(f"net_namespace {router.name}\n{router.keepalived.configuration()}")
        lab.manage(Daemon(host.argv(*wrap, "keepalived", "-n", "-l", "-D", "-f", conf),
                          router.directory / "keepalived.log", {"TMPDIR": "/run/keepalived"})).start()
        blocks += f'<Keepalived>\nNamespace "{router.name}"\nConfiguration "{conf}"\n</Keepalived>\n'
    collectd = host.add_collectd(load=("vrrp",), profiles=(), vrrp=blocks, wrap=wrap).start().ready()
    for router, current in (r1, 2), (r2, 1):
        for value, wanted in ("-ipv4-10/keepalived_state-current$", current), ("/keepalived_track_file-moved$", 0):
            wait_until(lambda: says(collectd, router, value) == wanted, 15,
                       lambda: f"{value} {says(collectd, router, value)}\n{collectd.said()[-3000:]}")
