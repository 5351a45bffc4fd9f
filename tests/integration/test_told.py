# SPDX-License-Identifier: MIT
"""What is told of a change: once in a second of a file's clock, the last state, and what is no
more is taken back at once."""

import subprocess
import time

from lab import BACKUP, MASTER, Instance, oids, wait_until
from lab.wire import frame_v4, vrrp_v2

ROW_STATUS = "1.3.6.1.2.1.68.1.4.1.2"  # vrrpAssoIpAddrRowStatus
FIRST, SECOND = "192.168.1.11", "192.168.1.12"
VIP, OTHER = "192.168.1.1", "192.168.1.5"


def send(stranger, source, priority, *addresses):
    """An advert of VRID 7."""
    stranger.send(frame_v4(source, vrrp_v2(7, priority, list(addresses or (VIP,)))))


def speak(stranger, seconds, *advert):
    """A master for so long."""
    for _ in range(seconds):
        send(stranger, *advert)
        time.sleep(1)


def refused(said):
    """What rrdtool says of values of ours. collectd's own load has two in one second as it starts."""
    return [line for line in said.splitlines()
            if "/vrrp" in line and ("illegal attempt" in line or "too old" in line)]


def test_one_update_a_second(lab):
    """Masters that let go and their successors within the same second: rrdtool refuses nothing."""
    r1, stranger = lab.router("r1", "192.168.1.2/24"), lab.stranger("192.168.1.9/24")
    r1.monitor(plugins=("load", "rrdtool"), extra=f'<Plugin rrdtool>\n  DataDir "{r1.directory}/rrd"\n</Plugin>\n')
    masters = [(FIRST, 120), (SECOND, 110)] * 3
    for source, priority in masters:
        speak(stranger, 4, source, priority)
        send(stranger, source, 0)
        time.sleep(0.3)
    shown = f"{oids.OPER_MASTER}.{r1.index(7)}"
    speak(stranger, 3, FIRST, 120)
    wait_until(lambda: r1.snmp.get(shown) == FIRST, 5, r1.collectd.said)
    said = r1.collectd.said()
    assert not refused(said), said[-3000:]
    assert said.count("type_instance = new_master") == len(masters) + 1, said[-3000:]


def in_file(router):
    """The last vrrp_state of VRID 10 that rrdtool has written, with all that waits for it."""
    router.collectd.ask("FLUSH plugin=rrdtool")
    path = router.directory / f"rrd/{router.label}/vrrp-eth0-ipv4-10/vrrp_state.rrd"
    done = subprocess.run(["rrdtool", "lastupdate", path], capture_output=True, text=True, check=False)
    return done.stdout.split()[-1] if done.returncode == 0 else None


def test_takeovers_in_files(lab):
    """Both routers write files as the example does, Interval 10: keepalived's master goes and comes back,
    rrdtool refuses nothing, and the file's last state is the true one."""
    r1, r2 = lab.router("r1", "192.168.1.2/24"), lab.router("r2", "192.168.1.3/24")
    for router, priority in ((r1, 120), (r2, 100)):
        router.monitor(interval=10, plugins=("load", "rrdtool"),
                       extra=f'<Plugin rrdtool>\n  DataDir "{router.directory}/rrd"\n</Plugin>\n')
        router.add_keepalived(Instance("only", 10, priority, ["192.168.1.1/24"])).start()
    for master, event in [(r1, None), (r2, r1.keepalived.stop), (r1, r1.keepalived.start)]:
        if event:
            event()
        for router in (r1, r2):
            state = MASTER if router is master else BACKUP
            if router is master or master is r1:  # a stopped keepalived is no backup
                wait_until(lambda at=router, of=state: in_file(at) == str(of), 15,
                           lambda at=router, of=state: f"{at.label}: {in_file(at)}, not {of}\n{at.collectd.said()}")
    for router in (r1, r2):
        said = router.collectd.said()
        assert not refused(said), said[-3000:]


def test_an_address_that_is_advertised_no_more(lab):
    """Its row is gone at once, not when collectd's cache forgets it, and its value is unknown."""
    r1, stranger = lab.router("r1", "192.168.1.2/24"), lab.stranger("192.168.1.9/24")
    r1.monitor(interval=5)
    row = f"{ROW_STATUS}.{r1.index(7)}.{OTHER}"
    speak(stranger, 3, FIRST, 120, VIP, OTHER)
    wait_until(lambda: r1.snmp.get(row) == 1, 5, r1.collectd.said)
    send(stranger, FIRST, 120, VIP)
    wait_until(lambda: r1.snmp.get(row) is None, 1, r1.collectd.said)
    assert r1.snmp.get(f"{ROW_STATUS}.{r1.index(7)}.{VIP}") == 1
    name = f"vrrp-eth0-ipv4-7/vrrp_address-{OTHER}"
    for _ in range(3):
        speak(stranger, 1, FIRST, 120, VIP)
    value = r1.collectd.values(name)[name]["value"]
    assert value != value, value
    assert r1.snmp.get(row) is None
