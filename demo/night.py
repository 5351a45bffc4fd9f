# SPDX-License-Identifier: MIT
"""The night of docs/night.md: at collectd's usual interval, the master is held up, hangs, and is restarted.

What is printed is what the routers' logs and traps said; the graphs are drawn from what collectd's
rrdtool plugin wrote every ten seconds.
"""

import contextlib
import os
import pathlib
import re
import signal
import sys
import time

from takeover import BOLD, DIM, PLAIN, RRDTOOL, draw, run, say
from lab import BACKUP, MASTER, Timeout, pair, wait_until
from lab.daemon import Daemon
from lab.router import PROFILES

VRID = 10
INTERVAL = 10  # collectd's, as in the example
HELD_UP = 2.9  # seconds: a backup waits for 3.609
HUNG = 50
TRAPS = "trap2sink 127.0.0.1:162 public\n"
NOTIFICATION = re.compile(r"^\[([^]]+)\].* Notification: severity = (\w+), .*message = (.*)$", re.M)
TRAP = re.compile(r"^(\S+ \S+) [^\n]*\n.*\.1\.3\.6\.1\.6\.3\.1\.1\.4\.1\.0 = OID: \.(\S+)", re.M)
HA = "1.3.6.1.4.1.8072.9999.9999.112.0"
TRAP_NAMES = {"1.3.6.1.2.1.68.0.1": "vrrpTrapNewMaster", "1.3.6.1.2.1.207.0.1": "vrrpv3NewMaster",
              f"{HA}.1": "chVrrpProblemRaised", f"{HA}.2": "chVrrpProblemCleared",
              f"{HA}.3": "chVrrpNewMaster", f"{HA}.4": "chVrrpMasterLost"}


def watched(router):
    """snmpd with a receiver of its traps beside it, collectd at its usual interval."""
    lab = router.lab
    router.add_snmpd(more=TRAPS).start().ready()
    router.traps = lab.manage(Daemon(router.argv(
        "snmptrapd", "-f", "-Lo", "-On", "-C", "--disableAuthorization=yes", "127.0.0.1:162"), router.directory / "traps.log")).start()
    router.add_collectd(vrrp=router.keepalived_block(), plugins=("load", "rrdtool"), interval=INTERVAL,
                        profiles=(*PROFILES, "collectd-ha-mib"), extra=RRDTOOL.format(lab.directory / "rrd")).start().ready()


def vrrp_process(router):
    """keepalived's process that sends adverts."""
    return int((router.directory / "vrrp.pid").read_text())


@contextlib.contextmanager
def hanging(router):
    """The process is stopped right after an advert, and goes on at the end."""
    process = vrrp_process(router)
    router.lab.wire.wait(5, since=time.time(), port=router.port, vrid=VRID)
    os.kill(process, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(process, signal.SIGCONT)


def tell(routers, begin):
    """The logs' and the traps' lines since then."""
    since = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(begin))
    for router in routers:
        print(f"\n  {BOLD}{router.label}{PLAIN}   {DIM}$ journalctl -u collectd, the notifications{PLAIN}")
        for when, severity, message in NOTIFICATION.findall(router.collectd.said()):
            if when >= since and f"ipv4-{VRID}" in message:
                print(f"     {when[-8:]}  {severity:<8} {message}")
        print(f"\n       {DIM}$ snmptrapd -f -Lo -On --disableAuthorization=yes{PLAIN}")
        for when, oid in TRAP.findall(router.traps.said()):
            if when >= since:
                print(f"     {when[-8:]}  {TRAP_NAMES.get(oid, oid)}")


def gap(router):
    """The longest silence of the last interval, as collectd has it."""
    return next(iter(router.collectd.values(f"ipv4-{VRID}/vrrp_gap").values()), {}).get("value", 0)


def hold_up(master, backup):
    """Until the backup noticed and did not take over; a busy machine may hold up for longer than wanted."""
    for _ in range(3):
        with hanging(master):
            time.sleep(HELD_UP)
        with contextlib.suppress(Timeout):
            wait_until(lambda: gap(backup) > HELD_UP - 0.1, 1.5 * INTERVAL, "a long gap")
            print(f"\n     vrrp_gap on {backup.label}: {gap(backup):.3f} s. "
                  "No takeover, but one that waits to happen.")
            return
        print("\n     It was held up for longer than that, and there was a takeover. Once more.")


def story(lab, out):
    """The night."""
    r1, r2 = pair(lab)
    say(f"Two routers come up; collectd's Interval is {INTERVAL} s")
    for router in (r1, r2):
        router.keepalived.instances = router.keepalived.instances[:1]
        router.keepalived.start()
        watched(router)
    r1.wait_state(VRID, MASTER, 15)
    r2.wait_state(VRID, BACKUP, 15)
    begin = time.time()
    time.sleep(2 * INTERVAL)

    say(f"The master is held up for {HELD_UP} s; its backup would have waited for 3.609 s")
    hold_up(r1, r2)
    time.sleep(INTERVAL)

    say(f"The VRRP process of r1 hangs, for {HUNG} s")
    with hanging(r1):
        r2.wait_state(VRID, MASTER, 15)
        time.sleep(HUNG)
        r1.keepalived.kill()
    r1.keepalived.start()
    r1.wait_state(VRID, MASTER, 30)
    r2.wait_state(VRID, BACKUP, 15)
    time.sleep(2 * INTERVAL)

    say("What was told of VRID 10")
    tell((r1, r2), begin)
    say(f"The graphs of it, in {pathlib.Path.cwd()}")
    print()
    draw((r1, r2), begin, out)


if __name__ == "__main__":
    try:
        run(story)
    except KeyboardInterrupt:
        sys.exit(130)
