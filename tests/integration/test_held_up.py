# SPDX-License-Identifier: MIT
"""Whatever holds up collectd, the adverts that came meanwhile have come in time."""

import time

import pytest

from lab import Instance, wait_until

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
