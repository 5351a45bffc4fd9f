# SPDX-License-Identifier: MIT
"""Two routers as a gateway guide configures them; keepalived stops on the master, and comes back.

Everything printed about a router was read from its snmpd; the graphs are what collectd's rrdtool
plugin wrote.
"""

import pathlib
import signal
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "tests/integration"))
from lab import BACKUP, INITIALIZE, MASTER, Lab, Stage, pair  # noqa: E402
from lab import oids  # noqa: E402
from lab.measure import first_seen  # noqa: E402
from lab.tables import oper_rows  # noqa: E402

VRIDS = (10, 150)
STATES = {1: "initialize", 2: "backup", 3: "MASTER"}
BOLD, DIM, PLAIN = ("\033[1m", "\033[2m", "\033[0m") if sys.stdout.isatty() else ("", "", "")

HOLD = 8  # seconds that each state is kept, for the graphs
RRDTOOL = """
<Plugin rrdtool>
  DataDir "{0}"
  CacheTimeout 0
</Plugin>"""

PICTURE = """
    r1  192.168.1.2 ──┐          VRID 10    192.168.1.1    multicast, PASS, priorities 120 and 100
                      ├─ switch
    r2  192.168.1.3 ──┘          VRID 150   192.168.1.13   unicast, priorities 101 and 100

    on each:  keepalived (its own SNMP off) ~~ adverts ~~> collectd: vrrp -> snmp_agent -> snmpd
"""


def say(text):
    """One step of the story."""
    print(f"\n{BOLD}{text}{PLAIN}")


def show(routers):
    """What each router's vrrpOperTable says now, by a real walk."""
    line = "     {:<6}{:<12}{:<10}{:<14}{:<10}{:<16}{}"
    for router in routers:
        print(f"\n  {BOLD}{router.label}{PLAIN}   {DIM}$ snmpbulkwalk -v2c -c public "
              f"127.0.0.1 {oids.VRRP_MIB}{PLAIN}")
        print(DIM + line.format("VRID", "state", "priority", "master", "interval", "addresses",
                                "times master") + PLAIN)
        for vrid, row in sorted(oper_rows(router).items()):
            cells = (row.priority, row.master, f"{row.interval} s", ", ".join(row.addresses),
                     row.times_master)
            print(line.format(vrid, STATES.get(row.state, "-"),
                              *("-" if cell in (None, "") else cell for cell in cells)))


def settled(master, backup):
    """Waits until both routers' SNMP agree who is master of both virtual routers."""
    for vrid in VRIDS:
        master.wait_state(vrid, MASTER, 15)
        backup.wait_state(vrid, BACKUP, 15)


def takeover(lab, text, event, winner, loser):
    """Lets it happen and prints its times as the wire and SNMP tell them."""
    say(text)
    begin = time.time()
    event()
    wanted = [(winner, f"{oids.OPER_STATE}.{winner.index(vrid)}", MASTER) for vrid in VRIDS]
    seen = first_seen(wanted, 15)
    told = [(begin, "the event")]
    for vrid, visible in zip(VRIDS, seen):
        first = lab.wire.wait(1, since=begin, port=winner.port, vrid=vrid).time
        for advert in lab.wire.select(since=begin, port=loser.port, vrid=vrid, priority=0)[:1]:
            told.append((advert.time, f"VRID {vrid:<4} {loser.label} resigns: advert with priority 0"))
        told.append((first, f"VRID {vrid:<4} {winner.label}'s first advert on the wire"))
        told.append((visible, f"VRID {vrid:<4} snmpget on {winner.label} says MASTER "
                              f"{BOLD}({(visible - first) * 1000:.1f} ms after the advert){PLAIN}"))
    print()
    for when, what in sorted(told):
        print(f"     {when - begin:8.4f} s   {what}")


def draw(routers, begin, out):
    """Draws what happened since `begin`, from both collectds' files; prints the paths."""
    for router in routers:
        router.collectd.ask("FLUSH plugin=rrdtool")
    lab = routers[0].lab
    command = [lab.stage.prefix / "bin/collectd-ha-graph", "--data", lab.directory / "rrd", "--out", out,
               "--host", routers[1].label, "--start", str(int(begin)), "--height", "110"]
    for more in (["vrrp-who", "vrrp-outages", "vrrp-adverts"], ["--format", "CSV", "vrrp-who"]):
        drawn = subprocess.run([*command, *more], text=True, capture_output=True, timeout=30, check=False)
        if drawn.returncode:
            sys.exit(drawn.stderr)
        print("".join(f"     {line}\n" for line in drawn.stdout.splitlines()), end="")


def story(lab, out):
    """The demo."""
    r1, r2 = pair(lab)
    say("Two routers come up")
    print(PICTURE)
    for router in (r1, r2):
        router.keepalived.start()
        router.monitor(vrrp=router.keepalived_block(), plugins=("load", "rrdtool"),
                       extra=RRDTOOL.format(lab.directory / "rrd"))
    begin = time.time()
    settled(r1, r2)
    show((r1, r2))
    time.sleep(HOLD)

    takeover(lab, "keepalived stops on r1", r1.keepalived.terminate, r2, r1)
    r1.keepalived.stop()
    for vrid in VRIDS:
        r1.wait_state(vrid, INITIALIZE, 15)
    show((r1, r2))
    time.sleep(HOLD)

    takeover(lab, "keepalived comes back on r1 and preempts", r1.keepalived.start, r1, r2)
    settled(r1, r2)
    show((r1, r2))
    time.sleep(HOLD)

    say(f"The graphs of it, in {pathlib.Path.cwd()} (CSV: the numbers behind the first ones)")
    print()
    draw((r1, r2), begin, out)


def run(story):
    """Runs a story of a lab and takes the lab down, whatever happens."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    begin = time.monotonic()
    build, out = sys.argv[1:]
    with Lab(Stage(build).install()) as lab:
        story(lab, out)
    print(f"\n{DIM}took {time.monotonic() - begin:.0f} s; the namespaces and daemons are gone{PLAIN}")


if __name__ == "__main__":
    try:
        run(story)
    except KeyboardInterrupt:
        sys.exit(130)
