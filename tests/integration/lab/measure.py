# SPDX-License-Identifier: MIT
"""What the tests assert and the benchmarks print: how soon SNMP shows a takeover,
how evenly keepalived speaks, how often our threads wake."""

import contextlib
import dataclasses
import os
import signal
import subprocess
import time

from . import oids
from .oids import MASTER
from .waiting import Timeout


@dataclasses.dataclass(frozen=True)
class Takeover:
    """The times of one takeover, seconds since the epoch."""

    event: float
    last: float  # the old master's last advert
    advert: float  # the new master's first
    visible: float  # the answer of the first GET that shows the new master

    @property
    def outage(self):
        """Seconds without a master's advert."""
        return self.advert - self.last

    @property
    def latency(self):
        """Seconds from the advert on the wire until SNMP showed it."""
        return self.visible - self.advert


def first_seen(wanted, timeout, pause=0.0005):
    """When a GET first showed each (router, OID, value) of `wanted`: a list of times."""
    seen = [None] * len(wanted)
    deadline = time.monotonic() + timeout
    while None in seen:
        for at, (router, oid, value) in enumerate(wanted):
            if seen[at] is None and router.snmp.get(oid) == value:
                seen[at] = time.time()
        if time.monotonic() > deadline:
            missing = [(r.label, oid, value, r.snmp.get(oid))
                       for when, (r, oid, value) in zip(seen, wanted) if when is None]
            raise Timeout(f"not within {timeout} s (router, OID, wanted, is): {missing}")
        time.sleep(pause)
    return seen


def our_state(router, vrid):
    """What to ask to see a router be master: (router, OID, value), as collectd-ha serves it."""
    return router, f"{oids.OPER_STATE}.{router.index(vrid)}", MASTER


def keepalived_state(router, vrid):
    """The same of keepalived's own SNMP: vrrpInstanceState is 2."""
    place = [i.vrid for i in router.keepalived.instances].index(vrid) + 1
    return router, f"{oids.KEEPALIVED_STATE}.{place}", 2


def takeover(lab, event, winner, loser, vrid, question=our_state, timeout=10):
    """Calls event(), which must not wait, and watches `winner` become master in its snmpd."""
    wanted = [question(winner, vrid)]
    begin = time.time()
    event()
    visible, = first_seen(wanted, timeout)
    advert = lab.wire.wait(5, since=begin, port=winner.port, vrid=vrid).time
    old = [a.time for a in lab.wire.select(port=loser.port, vrid=vrid) if a.time <= advert]
    return Takeover(begin, old[-1] if old else begin, advert, visible)


def takeovers(lab, one, other, vrid, count, question=our_state):
    """`count` takeovers to and fro: `one` (the preferred master) stops and starts keepalived."""
    done = []
    while len(done) < count:
        done.append(takeover(lab, one.keepalived.terminate, other, one, vrid, question))
        one.keepalived.stop()
        if len(done) < count:
            done.append(takeover(lab, one.keepalived.start, one, other, vrid, question))
    return done


@contextlib.contextmanager
def walkers(router, count, oid="1.3.6.1.2.1"):
    """`count` processes that walk the router's snmpd again and again."""
    loop = f"while :; do snmpwalk -v2c -c public -m '' -On -t 2 127.0.0.1 {oid} >/dev/null; done"
    running = [subprocess.Popen(router.argv("bash", "-c", loop), start_new_session=True,
                                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
               for _ in range(count)]
    try:
        yield
    finally:
        for process in running:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def largest_gaps(lab, speakers, seconds):
    """The largest gap between the adverts of each (port, vrid) from now on for `seconds`,
    silence included."""
    begin = time.time()
    time.sleep(seconds)
    end = time.time()
    heard = [[a.time for a in lab.wire.select(since=begin, port=port, vrid=vrid)]
             for port, vrid in speakers]
    return [max(b - a for a, b in zip([begin, *times], [*times, end])) for times in heard]


def csv_times(collectd, pattern):
    """Sorted times of all lines in the csv files whose path matches a glob below the host."""
    times = []
    for path in (collectd.csv / collectd.options["hostname"]).glob(pattern):
        times += [float(line.split(",")[0]) for line in path.read_text().splitlines()[1:] if line]
    return sorted(times)


def wakeups(daemon, names, seconds):
    """{thread name: how often it ran} of the daemon's threads with these names in `seconds`."""
    threads = {tid: name for tid, name in daemon.threads().items() if name in names}
    before = daemon.switches()
    time.sleep(seconds)
    after = daemon.switches()
    return {name: after[tid] - before[tid] for tid, name in threads.items() if tid in before and tid in after}
