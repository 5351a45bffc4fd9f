# SPDX-License-Identifier: MIT
"""A collectd with vrrp alone beside unixsock, Interval 10, between two namespaces; what it costs."""

import contextlib
import os
import pathlib
import re
import subprocess
import threading
import time

from lab import Collectd, wait_until
from lab.net import Namespace, run
from lab.wire import Sender, frame_v4, vrrp_v2

INTERVAL = 10  # seconds
CONF = """\
Hostname "rx"
FQDNLookup false
Interval 10
BaseDir "{dir}"
PIDFile "{dir}/collectd.pid"
TypesDB "/usr/share/collectd/types.db" "{share}/types.db.custom"
LoadPlugin unixsock
<Plugin unixsock>
  SocketFile "{dir}/collectd.sock"
  SocketGroup "root"
</Plugin>
PluginDir "{plugins}"
LoadPlugin "vrrp"
<Plugin vrrp>
  MaxVirtualRouters 16384
</Plugin>
"""


def batch(namespace, lines):
    """Many commands of ip(8) at once."""
    subprocess.run(namespace.argv("ip", "-batch", "-"), input="\n".join(lines), text=True, check=True,
                   capture_output=True, timeout=120)


def plug(tx, name, peer):
    """Gives the namespace of this name an eth0, whose other end is an interface of tx."""
    batch(tx, [f"link add {peer} type veth peer name eth0 netns {name}", f"link set {peer} up"])
    run("ip", "-n", name, "link", "set", "eth0", "up")


def sockets(collectd):
    """How many it has."""
    where, count = f"/proc/{collectd.pid}/fd", 0
    for fd in os.listdir(where):
        with contextlib.suppress(FileNotFoundError):
            count += os.readlink(f"{where}/{fd}").startswith("socket")
    return count


def cpu_of_threads(collectd):
    """CPU seconds of all its threads, finer than the process's ticks."""
    tasks = pathlib.Path(f"/proc/{collectd.pid}/task").iterdir()
    return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks) / 1e9


class Speakers:
    """Frames that go out on each interface once a second, from a thread of its own, between start
    and stop."""

    def __init__(self, namespace, interfaces, frames):
        self.senders = [Sender(namespace, name) for name in interfaces]
        self.frames = frames
        self.over = threading.Event()
        self.thread = threading.Thread(target=self.speak, daemon=True)

    def speak(self):
        """Until it is stopped."""
        while not self.over.is_set():
            due = time.monotonic() + 1
            for sender in self.senders:
                sender.send(*self.frames)
            self.over.wait(max(0, due - time.monotonic()))

    def stop(self):
        """Closes all."""
        self.over.set()
        if self.thread.is_alive():
            self.thread.join()
        for sender in self.senders:
            sender.close()


class Observer:
    """Interfaces e0, e1, ... of a namespace that collectd listens on, and p0, p1, ... of another, the
    other end of each. `extra`: more of its configuration."""

    def __init__(self, stage, directory, interfaces, extra=""):
        self.directory = directory
        self.tx, self.rx = Namespace("tx"), Namespace("rx")
        batch(self.rx, [f"link add e{i} type veth peer name p{i} netns {self.tx.name}" for i in range(interfaces)])
        batch(self.rx, [f"link set e{i} up" for i in range(interfaces)])
        batch(self.tx, [f"link set p{i} up" for i in range(interfaces)])
        conf = CONF.format(dir=directory, share=stage.share, plugins=stage.plugins) + extra
        self.collectd = Collectd(self.rx, directory, stage, hostname="rx", whole=conf)

    def close(self):
        """Ends all of it."""
        self.collectd.kill()
        for namespace in (self.tx, self.rx):
            namespace.close()

    def start(self):
        """Returns when it listens everywhere, and rests."""
        self.collectd.start().ready()
        wait_until(self.rests, 30, "hearing does not come to rest")

    def rests(self):
        """True if hearing took next to no CPU for a second."""
        before = self.cpu("vrrp hear")
        time.sleep(1)
        return self.cpu("vrrp hear") - before < 1_000_000

    def told(self):
        """Of how many virtual routers it has told."""
        return sum("/vrrp_state" in line for line in self.collectd.ask("LISTVAL"))

    def cpu(self, name):
        """CPU nanoseconds of a thread."""
        tid = next(tid for tid, thread in self.collectd.threads().items() if thread == name)
        return int(pathlib.Path(f"/proc/{self.collectd.pid}/task/{tid}/schedstat").read_text().split()[0])

    def cpu_of_all(self):
        """CPU seconds of the process."""
        fields = pathlib.Path(f"/proc/{self.collectd.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return sum(map(int, fields[11:13])) / os.sysconf("SC_CLK_TCK")

    def resident(self):
        """Bytes."""
        status = pathlib.Path(f"/proc/{self.collectd.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+)", status)[1]) * 1024

    def descriptors(self):
        """How many of the plugin's; the rest is what any collectd has."""
        where = f"/proc/{self.collectd.pid}/fd"
        links = [os.readlink(f"{where}/{fd}") for fd in os.listdir(where)]
        return sum(link.startswith(("anon_inode", "socket")) for link in links) - 1  # unixsock's


class Crowd(Observer):
    """An observer, the other routers, and its own part in them."""

    def __init__(self, stage, directory, interfaces, routers, extra=""):
        super().__init__(stage, directory, interfaces, extra)
        frames = [frame_v4("192.0.2.9", vrrp_v2(vrid, 100, ["192.0.2.1"])) for vrid in range(1, routers + 1)]
        self.interfaces, self.total = interfaces, interfaces * routers
        self.others = Speakers(self.tx, [f"p{i}" for i in range(interfaces)], frames)
        self.own = Speakers(self.rx, [f"e{i}" for i in range(interfaces)], frames)

    def close(self):
        """Ends all of it."""
        self.others.stop()
        self.own.stop()
        super().close()

    def become_masters(self):
        """The host has the address that its adverts come from, on each interface."""
        batch(self.rx, [f"addr add 192.0.2.9/32 dev e{i}" for i in range(self.interfaces)])

    def hear(self, speakers):
        """Seconds from the first advert until it told of all, and the CPU nanoseconds of hearing."""
        begin, before = time.monotonic(), self.cpu("vrrp hear")
        speakers.thread.start()
        with contextlib.suppress(AssertionError):
            wait_until(lambda: self.told() == self.total, 6 * INTERVAL, "", step=0.2)
        return time.monotonic() - begin, self.cpu("vrrp hear") - before
