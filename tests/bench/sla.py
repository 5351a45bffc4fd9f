# SPDX-License-Identifier: MIT
"""How soon, how evenly, how quietly: the figures of docs/measurements.md, beside those of
keepalived's own SNMP in the same run.

    tests/run bench                 prints the table
    tests/run bench --write         and puts it into docs/measurements.md
    tests/run bench --short         minutes instead of a quarter of an hour
"""

import argparse
import pathlib
import statistics
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "tests/integration"))
import figures  # noqa: E402
from lab import Instance, Lab, Stage, measure, pair, wait_until  # noqa: E402

MARKER = "tests/run bench"


def start(lab, ours):
    """Two routers as a gateway guide has them, monitored by us or by keepalived itself."""
    r1, r2 = pair(lab, own_snmp=not ours)
    question = measure.our_state if ours else measure.keepalived_state
    for router in (r1, r2):
        if ours:
            router.monitor(interval=1)
        else:
            router.add_snmpd().start().ready()
        router.keepalived.start()
    at, oid, master = question(r1, 10)
    wait_until(lambda: at.snmp.get(oid) == master, 20, "r1 does not become master")
    return r1, r2, question


def latency(lab, ours, count):
    """Milliseconds from a new master's first advert until its snmpd shows it."""
    r1, r2, question = start(lab, ours)
    taken = measure.takeovers(lab, r1, r2, 10, count, question)
    return sorted(t.latency * 1000 for t in taken)


def pace(lab, ours, seconds, stall):
    """Largest gaps: quiet, under walkers, with snmpd stopped; and what the stall did to collectd."""
    r1, r2, _ = start(lab, ours)
    found = {"quiet": measure.largest_gaps(lab, [(r1.port, 10)], seconds)[0]}
    with measure.walkers(r1, 20):
        found["walkers"] = measure.largest_gaps(lab, [(r1.port, 10)], seconds)[0]
    begin = time.time()
    r1.snmpd.pause()
    found["stopped"] = measure.largest_gaps(lab, [(r1.port, 10)], stall)[0]
    found["false"] = len({a.port for a in lab.wire.select(since=begin, vrid=10)}) - 1
    if ours:
        times = [t for t in measure.csv_times(r1.collectd, "load/*") if t >= begin]
        found["hole"] = max(b - a for a, b in zip(times, times[1:]))
        found["stop"] = r1.collectd.stop(timeout=60)
    r1.snmpd.resume()
    return found


def idle(lab, seconds):
    """Runs of our threads a second: nobody speaks; one master speaks once a second."""
    r1, r2 = lab.router("r1", "192.168.1.2/24"), lab.router("r2", "192.168.1.3/24")
    r1.monitor(interval=3 * seconds + 60)
    time.sleep(3)
    silent = measure.wakeups(r1.collectd, r1.collectd.our_threads(), seconds)
    r2.add_keepalived(Instance("only", 10, 120, ["192.168.1.1/24"])).start()
    wait_until(lambda: r1.state(10) is not None, 10, "VRID 10 is not shown")
    time.sleep(1)
    spoken = measure.wakeups(r1.collectd, r1.collectd.our_threads(), seconds)
    return sum(silent.values()) / seconds, sum(spoken.values()) / seconds


def table(stage, options):
    """All of it, as a Markdown table."""
    found = {}
    for ours in (True, False):
        with Lab(stage) as lab:
            found["latency", ours] = latency(lab, ours, options.takeovers)
        with Lab(stage) as lab:
            found["pace", ours] = pace(lab, ours, options.seconds, options.stall)
    with Lab(stage) as lab:
        silent, spoken = idle(lab, options.seconds)

    def milliseconds(choose):
        return [f"{choose(found['latency', ours]):.1f} ms" for ours in (True, False)]

    def gaps(key):
        return [f"{found['pace', ours][key]:.3f} s" for ours in (True, False)]

    stalled = found["pace", True]
    rows = [
        ("advert → snmpget shows the new master, median of "
         f"{options.takeovers} takeovers", *milliseconds(statistics.median)),
        ("the same, slowest", *milliseconds(max)),
        (f"largest gap between adverts, {options.seconds} s, nobody asks", *gaps("quiet")),
        (f"largest gap, {options.seconds} s, 20 walkers", *gaps("walkers")),
        (f"largest gap, snmpd stopped (SIGSTOP) for {options.stall} s", *gaps("stopped")),
        ("other routers that became master meanwhile",
         *(str(found["pace", ours]["false"]) for ours in (True, False))),
        ("largest hole in collectd's csv meanwhile (Interval 1)", f"{stalled['hole']:.2f} s", ""),
        ("collectd stops, snmpd still hanging, within", f"{stalled['stop']:.2f} s", ""),
        ("runs of our threads a second, no VRRP, nobody asks", f"{silent:.2f}", ""),
        ("runs of our threads a second, one master at 1 advert/s", f"{spoken:.2f}", ""),
    ]
    head = ["| | collectd-ha | keepalived's own SNMP |", "| --- | --- | --- |"]
    return "\n".join(head + ["| " + " | ".join(row) + " |" for row in rows])


def main():
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--short", action="store_true")
    parser.add_argument("--build", default=str(ROOT / "build-dev"))
    options = parser.parse_args()
    options.takeovers = 6 if options.short else 20
    options.seconds = 10 if options.short else 30
    options.stall = 30 if options.short else 130
    text = table(Stage(options.build).install(), options)
    print(text)
    if options.write:
        figures.write(MARKER, text)


if __name__ == "__main__":
    main()
