# SPDX-License-Identifier: MIT
"""Virtual routers in network namespaces other than collectd's own."""

import contextlib
import math
import os
import pathlib
import threading
import time

from lab import Instance, Namespace, oids, wait_until
from lab.snmp import snmpwalk
from lab.snmpd import V3
from lab.wire import Sender, frame_v4, vrrp_v2
from test_traps import HA, HA_NEW_MASTER, Traps

VIP = "192.168.1.1"
IPVS = "1.3.6.1.4.1.9586.100.5.3"  # check, of KEEPALIVED-MIB
CH_STATE, CH_PRIORITY = f"{HA}.1.1.1.5", f"{HA}.1.1.1.9"  # chVrrpState, chVrrpMasterPriority
CH_ADDRESS = f"{HA}.1.5.1.2"  # chVrrpAddressHere
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


def wait_walk(host, oid, wanted, context=""):
    """Waits until this is all that a column shows."""
    wait_until(lambda: walk(host, oid, context) == wanted, 5,
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
    own, first, second = index(host), index(r1, 10, r1.name), index(r2, 10, r2.name)
    wait_walk(host, CH_STATE, {own: "1", first: "4", second: "3"})
    vip = ".4." + VIP
    wait_walk(host, CH_ADDRESS, {own + vip: "2", first + vip: "1", second + vip: "2"})
    r1.keepalived.stop()
    for at in own, second:
        traps.wait(HA_NEW_MASTER, lambda trap: trap.get(f"{CH_PRIORITY}.{at}", ("", ""))[1] == "100")
    wait_walk(host, CH_STATE, {own: "1", first: "2", second: "4"})
    r2.keepalived.stop()
    r2.close()
    wait_walk(host, oids.OPER_STATE, {}, r2.name)
    wait_walk(host, CH_STATE, {own: "1", first: "2"})


def put_ipvs(collectd, namespace):
    """Values of a virtual server, its real one and the whole, as the plugin ipvs has them of a namespace."""
    suffix, meta = (f"@{namespace}", f' meta:namespace="\\"{namespace}\\""') if namespace else ("", "")
    host, service = collectd.options["hostname"], f"192.0.2.1_TCP80{suffix}"
    for name, numbers in ((f"ipvs-{service}/connections-total", "5"),
                          (f"ipvs-{service}/ipvs_service-total", "2:1:1:0:0:0:0:0:0:0:0"),
                          (f"ipvs-{service}/ipvs_server-10.0.0.1_80", "7:0:0:0:0:0:0:0:0:0:0:0"),
                          (f"ipvs-{suffix}/connections-total" if namespace else "ipvs/connections-total", "9")):
        answer = collectd.ask(f'PUTVAL "{host}/{name}"{meta} N:{numbers}')
        assert answer[0].startswith("0 "), answer


def test_a_load_balancer_of_each_is_an_snmp_context(lab):
    """One virtual server in two namespaces: one index, and no row of the whole load balancer."""
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
