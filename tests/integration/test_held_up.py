# SPDX-License-Identifier: MIT
"""Whatever holds up collectd, the adverts that came meanwhile have come in time."""

import re
import time

import pytest

from lab import Instance, wait_until
from lab.wire import frame_v4, vrrp_v2

ROUTER = "vrrp-eth0-ipv4-10"

SLOW = """\
package Collectd::Plugins::Slow;
use strict;
use Collectd qw(:all);
sub hold_up {
    my $said = shift;
    sleep(6) if $said->{message} =~ /is master/;
    return 1;
}
plugin_register(TYPE_NOTIF, "slow", "hold_up");
1;
"""

PERL = """
<LoadPlugin perl>
  Globals true
</LoadPlugin>
<Plugin perl>
  IncludeDir "{directory}"
  BaseName "Collectd::Plugins"
  LoadPlugin "Slow"
</Plugin>
"""


@pytest.fixture
def observed(lab):
    """r1, whose collectd the test starts; r2 is master of VRID 10 and never silent."""
    r1, r2 = lab.router("r1", "192.168.1.2/24"), lab.router("r2", "192.168.1.3/24")
    r2.add_keepalived(Instance("only", 10, 120, ["192.168.1.1/24"])).start()
    lab.wire.wait(10, vrid=10)
    return r1


def adverts(router, what):
    """How many were counted; 0 before the first count."""
    return router.collectd.counts(ROUTER, "vrrp_adverts").get(what, 0)


def largest_gap(router):
    """Of all intervals so far, in seconds."""
    values = []
    for path in (router.collectd.csv / router.label / ROUTER).glob("vrrp_gap-*"):
        values += [float(line.split(",")[1]) for line in path.read_text().splitlines()[1:]]
    return max(value for value in values if value == value)


def test_collectd_is_paused(observed):
    """Six seconds of SIGSTOP: no advert is missed, and none came late."""
    observed.monitor()
    wait_until(lambda: adverts(observed, "received") >= 2, 10, observed.collectd.said)
    observed.collectd.pause()
    time.sleep(6)
    observed.collectd.resume()
    before = adverts(observed, "received")
    wait_until(lambda: adverts(observed, "received") >= before + 7, 10, observed.collectd.said)
    assert adverts(observed, "missed") == 0
    assert largest_gap(observed) < 3
    assert "is lost" not in observed.collectd.said()


def test_a_notification_is_slow(observed):
    """Whoever gets a notification sleeps: the master is not called lost for that."""
    directory = observed.directory / "perl"
    (directory / "Collectd/Plugins").mkdir(parents=True)
    (directory / "Collectd/Plugins/Slow.pm").write_text(SLOW)
    observed.monitor(extra='PluginDir "/usr/lib/collectd"\n' + PERL.format(directory=directory))
    wait_until(lambda: adverts(observed, "received") >= 10, 25, observed.collectd.said)
    said = observed.collectd.said()
    assert "192.168.1.3 is master" in said and "is lost" not in said, said[-3000:]
    assert adverts(observed, "missed") == 0


def advert(source, vrid, priority):
    """A frame of a master, each second."""
    return frame_v4(source, vrrp_v2(vrid, priority, ["192.168.1.1"]))


def notifications(router, words):
    """How many notifications of VRID 7 have these words."""
    return sum("Notification" in line and "eth0-ipv4-7" in line and words in line
               for line in router.collectd.said().splitlines())


def test_a_takeover_while_paused(lab):
    """What happened meanwhile is judged in the order of the wire: one change, nothing lost."""
    r1 = lab.router("r1", "192.168.1.2/24")
    stranger = lab.stranger("192.168.1.9/24")
    r1.monitor()
    r1.collectd.pause()
    for source, priority in [("192.168.1.11", 120)] * 2 + [("192.168.1.11", 0)] + [("192.168.1.12", 110)] * 7:
        stranger.send(advert(source, 7, priority))
        if priority:
            time.sleep(1)
    r1.collectd.resume()
    wait_until(lambda: notifications(r1, "192.168.1.12 is master"), 5, r1.collectd.said)
    time.sleep(0.5)
    said = r1.collectd.said()
    assert "is lost" not in said and "flapping" not in said, said[-2000:]
    assert notifications(r1, "is master") <= 2, said[-2000:]
    name = "vrrp-eth0-ipv4-7/vrrp_transitions-change"
    wait_until(lambda: r1.collectd.counts("vrrp-eth0-ipv4-7", "vrrp_transitions").get("change") == 1, 5, name)


def known(router):
    """The virtual routers whose state collectd's cache has."""
    return router.collectd.values(r"vrrp-eth0-ipv4-\d+/vrrp_state$")


def test_many_are_known_after_pauses(lab):
    """An observer of 200 virtual routers, held up three times: each is heard first once."""
    r1 = lab.router("r1", "192.168.1.2/24")
    stranger = lab.stranger("192.168.1.9/24")
    r1.monitor()
    frames = [advert("192.168.1.11", vrid, 120) for vrid in range(1, 201)]
    end = time.monotonic() + 20
    pauses = [(2, 7), (8, 13), (14, 19)]
    begin = time.monotonic()
    paused = False
    while time.monotonic() < end:
        for i in range(0, len(frames), 20):
            stranger.send(*frames[i:i + 20])
            time.sleep(0.01)
        now = time.monotonic() - begin
        wanted = any(first <= now < last for first, last in pauses)
        if wanted != paused:
            (r1.collectd.pause if wanted else r1.collectd.resume)()
            paused = wanted
    r1.collectd.resume()
    # Where hundreds are heard at once, not each has a notification, but each has its values.
    wait_until(lambda: len(known(r1)) == 200, 20, lambda: f"{len(known(r1))} are known")
    time.sleep(2)
    said = r1.collectd.said()
    first = re.findall(r"(\S+): 192\.168\.1\.11 is master .*first one heard", said)
    assert len(first) == len(set(first)), "one was forgotten and heard again"
    assert "is lost" not in said
