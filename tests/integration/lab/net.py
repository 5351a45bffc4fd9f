# SPDX-License-Identifier: MIT
"""Network namespaces on one bridge. Nothing here touches an interface that it did not make."""

import contextlib
import ctypes
import itertools
import os
import re
import subprocess

_LIBC = ctypes.CDLL(None, use_errno=True)
_CLONE_NEWNET = 0x40000000
_PREFIX = "ha"
_NUMBERS = itertools.count(1)  # so that a process may have several labs


def run(*argv, **kwargs):
    """Runs a command that must succeed and returns its output."""
    done = subprocess.run(argv, text=True, capture_output=True, timeout=60, **kwargs)
    if done.returncode:
        raise RuntimeError(f"{' '.join(argv)}: exit {done.returncode}: {done.stderr.strip()}")
    return done.stdout


def _setns(fd):
    if _LIBC.setns(fd, _CLONE_NEWNET):
        raise OSError(ctypes.get_errno(), "setns")


@contextlib.contextmanager
def inside(path):
    """The calling thread stands in the network namespace at `path`; sockets made there stay there."""
    home = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
    try:
        there = os.open(path, os.O_RDONLY)
        try:
            _setns(there)
        finally:
            os.close(there)
        try:
            yield
        finally:
            _setns(home)
    finally:
        os.close(home)


class Namespace:
    """A network namespace with its loopback up; gone after close()."""

    def __init__(self, label):
        self.label = label
        self.name = f"{_PREFIX}{os.getpid()}-{next(_NUMBERS)}-{label}"
        run("ip", "netns", "add", self.name)
        # An address that is still being checked for duplicates cannot send adverts.
        self.run("sysctl", "-qw", "net.ipv6.conf.default.accept_dad=0")
        self.ip("link", "set", "lo", "up")

    def ip(self, *args):
        """Runs ip(8) in this namespace."""
        return run("ip", "-n", self.name, *args)

    def argv(self, *argv):
        """The command line that runs argv in this namespace, under the same process id."""
        return ["ip", "netns", "exec", self.name, *argv]

    def run(self, *argv):
        """Runs a command in this namespace and returns its output."""
        return run(*self.argv(*argv))

    def inside(self):
        """with ns.inside(): sockets are made in this namespace."""
        return inside(f"/run/netns/{self.name}")

    def ifindex(self, interface):
        """The kernel's number of an interface here."""
        return int(self.ip("-o", "link", "show", "dev", interface).split(":")[0])

    def addresses(self, interface=None):
        """All addresses here, without prefix length: ["192.168.1.2", ...]."""
        where = ["dev", interface] if interface else []
        return re.findall(r"\binet6? ([0-9a-f.:]+)", self.ip("-o", "addr", "show", *where))

    def close(self):
        """Removes the namespace with every interface in it. The caller stopped its processes."""
        subprocess.run(["ip", "netns", "del", self.name], capture_output=True, check=False)


class Lan(Namespace):
    """A namespace that holds a bridge: the switch between the routers."""

    BRIDGE = "lan"

    def __init__(self, label="lan"):
        super().__init__(label)
        # Without a querier a snooping bridge would forget who wants 224.0.0.18.
        self.ip("link", "add", self.BRIDGE, "type", "bridge", "mcast_snooping", "0",
                "forward_delay", "0")
        self.ip("link", "set", self.BRIDGE, "up")
        # A switch does not check IP headers; br_netfilter, where it is built in, does.
        self.run("sysctl", "-eqw", *(f"net.bridge.bridge-nf-call-{family}tables=0"
                                     for family in ("ip", "ip6", "arp")))

    def plug(self, other, interface="eth0", addresses=()):
        """A cable from this switch (port named as `other`) to `other`'s new interface."""
        port = self.port(other, interface)
        self.ip("link", "add", port, "type", "veth", "peer", "name", interface,
                "netns", other.name)
        self.ip("link", "set", port, "master", self.BRIDGE, "up")
        for address in addresses:
            dad = ["nodad"] if ":" in address else []
            other.ip("addr", "add", address, "dev", interface, *dad)
        other.ip("link", "set", interface, "up")
        return port

    @staticmethod
    def port(other, interface="eth0"):
        """The name of the switch's port to a namespace's interface."""
        return other.label if interface == "eth0" else f"{other.label}-{interface}"


def sweep():
    """Removes the namespaces of labs whose process died without doing so."""
    for name in os.listdir("/run/netns") if os.path.isdir("/run/netns") else ():
        found = re.fullmatch(rf"{_PREFIX}([0-9]+)-.*", name)
        if found and not os.path.exists(f"/proc/{found[1]}"):
            subprocess.run(["ip", "netns", "del", name], capture_output=True, check=False)
