# SPDX-License-Identifier: MIT
"""The machine's building blocks: commands, namespaces, servers, collectd, ipvsadm."""

import contextlib
import ctypes
import glob
import os
import pathlib
import re
import signal
import socket
import subprocess
import threading
import time

PATIENCE = 30  # seconds; a machine without hardware help is slow

os.environ["MIBS"] = ""  # net-snmp's programs need no MIB files here

_libc = ctypes.CDLL("libc.so.6", use_errno=True)
_daemons = []


def sh(*words, stdin=None, check=True):
    """Runs a command and returns what it printed."""
    words = [str(word) for word in words]
    done = subprocess.run(words, input=stdin, capture_output=True, text=True)
    if check and done.returncode != 0:
        raise RuntimeError(f"{' '.join(words)}: {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


def wait_for(condition, what, seconds=PATIENCE):
    """Returns the first true answer of condition(); fails when time is up."""
    end = time.monotonic() + seconds
    while True:
        answer = condition()
        if answer:
            return answer
        if time.monotonic() > end:
            raise AssertionError(f"not within {seconds} s: {what}")
        time.sleep(0.05)


def sysctl(name, value):
    pathlib.Path("/proc/sys/" + name.replace(".", "/")).write_text(str(value))


def load(*modules):
    for module in modules:
        sh("modprobe", module)


def show_logs():
    for path in glob.glob("/tmp/*/log") + glob.glob("/tmp/*/*.log"):
        print(f"--- {path}\n{pathlib.Path(path).read_text(errors='replace')[-6000:]}")
    print(sh("dmesg", check=False)[-2000:])


# --- network -------------------------------------------------------------------

def namespace(name):
    sh("ip", "netns", "add", name)
    sh("ip", "-n", name, "link", "set", "lo", "up")


def connect(name, bridge, v4, v6, gateway4=None, gateway6=None):
    """Gives a namespace an eth0 on a bridge of the machine's own namespace."""
    outside = f"{name}.{bridge}"[:15]
    sh("ip", "link", "add", outside, "type", "veth", "peer", "name", "eth0", "netns", name)
    sh("ip", "link", "set", outside, "master", bridge, "up")
    sh("ip", "-n", name, "link", "set", "eth0", "up")
    sh("ip", "-n", name, "addr", "add", v4, "dev", "eth0")
    sh("ip", "-n", name, "addr", "add", v6, "dev", "eth0", "nodad")
    if gateway4:
        sh("ip", "-n", name, "route", "add", "default", "via", gateway4)
        sh("ip", "-n", name, "-6", "route", "add", "default", "via", gateway6)


def bridge(name, *addresses):
    sh("ip", "link", "add", name, "type", "bridge", "mcast_snooping", "0")
    sh("ip", "link", "set", name, "up")
    for address in addresses:
        sh("ip", "addr", "add", address, "dev", name, *["nodad"] * (":" in address))


def director_network(servers=2):
    """The machine is the director between a client and its real servers.

    client 10.1.0.2 fd00:1::2 -- 10.1.0.1 director 10.2.0.1 -- rsN 10.2.0.1N fd00:2::1N
    """
    load("veth", "bridge")
    sysctl("net.ipv4.ip_forward", 1)
    sysctl("net.ipv6.conf.all.forwarding", 1)
    bridge("front", "10.1.0.1/24", "fd00:1::1/64")
    bridge("back", "10.2.0.1/24", "fd00:2::1/64")
    namespace("client")
    connect("client", "front", "10.1.0.2/24", "fd00:1::2/64", "10.1.0.1", "fd00:1::1")
    for number in range(1, servers + 1):
        namespace(f"rs{number}")
        connect(f"rs{number}", "back", f"10.2.0.1{number}/24", f"fd00:2::1{number}/64",
                "10.2.0.1", "fd00:2::1")
    sh("ip", "addr", "add", "192.0.2.1/32", "dev", "lo")
    sh("ip", "addr", "add", "2001:db8::1/128", "dev", "lo", "nodad")


def within(name, action):
    """Runs action() in a network namespace; the sockets that it makes stay there."""
    outcome = {}

    def body():
        try:
            with open(f"/run/netns/{name}") as file:
                if _libc.setns(file.fileno(), 0x40000000) != 0:
                    raise OSError(ctypes.get_errno(), f"setns {name}")
            outcome["value"] = action()
        except BaseException as error:
            outcome["error"] = error

    thread = threading.Thread(target=body)
    thread.start()
    thread.join()
    if "error" in outcome:
        raise outcome["error"]
    return outcome.get("value")


def _socket_in(name, family, kind, protocol=0):
    return within(name, lambda: socket.socket(family, kind, protocol))


def _family(address):
    return socket.AF_INET6 if ":" in address else socket.AF_INET


def _thread(action):
    threading.Thread(target=action, daemon=True).start()


def serve_stream(name, address, port, answer=b"hello", protocol=0):
    """Answers each connection's first octets and closes. Returns the count so far."""
    listener = _socket_in(name, _family(address), socket.SOCK_STREAM, protocol)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((address, port))
    listener.listen(128)
    served = []

    def body():
        while True:
            connection, _ = listener.accept()
            with contextlib.suppress(OSError), connection:
                connection.settimeout(5)
                if connection.recv(4096):
                    connection.sendall(answer)
                    served.append(1)
    _thread(body)
    return served


def serve_http(name, address, port):
    text = f"{name}\n".encode()
    return serve_stream(name, address, port,
                        b"HTTP/1.0 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(text), text))


def serve_datagrams(name, address, port):
    sink = _socket_in(name, _family(address), socket.SOCK_DGRAM)
    sink.bind((address, port))

    def body():
        while True:
            data, peer = sink.recvfrom(65535)
            sink.sendto(data, peer)
    _thread(body)


def request(name, address, port, data=b"GET / HTTP/1.0\r\n\r\n", protocol=0, seconds=5):
    """One connection out of a namespace; returns the whole answer."""
    with _socket_in(name, _family(address), socket.SOCK_STREAM, protocol) as connection:
        connection.settimeout(seconds)
        connection.connect((address, port))
        connection.sendall(data)
        answer = b""
        while part := connection.recv(65536):
            answer += part
        return answer


def datagram(name, address, port, data=b"x" * 100):
    with _socket_in(name, _family(address), socket.SOCK_DGRAM) as sender:
        sender.settimeout(5)
        sender.sendto(data, (address, port))
        return sender.recv(65535)


# --- daemons -------------------------------------------------------------------

class Daemon:
    """A process that is ended by its own number, in the namespace that it is given."""

    def __init__(self, words, log, within=None, environment=None, before=None):
        words = [str(word) for word in words]
        if within:
            words = ["ip", "netns", "exec", within, *words]
        self.log_path = pathlib.Path(log)
        self.log_path.parent.mkdir(parents=True, exist_ok=True)
        self.log_file = open(log, "ab")
        self.process = subprocess.Popen(
            words, stdout=self.log_file, stderr=subprocess.STDOUT,
            env={**os.environ, **(environment or {})}, preexec_fn=before)
        _daemons.append(self)

    def log(self):
        return self.log_path.read_text(errors="replace")

    def alive(self):
        return self.process.poll() is None

    def stop(self, seconds=PATIENCE, expect=0):
        self.process.send_signal(signal.SIGTERM)
        status = self.process.wait(seconds)
        assert expect is None or status == expect, f"ended with {status}\n{self.log()}"


COLLECTD = """
Hostname "vm"
BaseDir "{dir}"
PIDFile "{dir}/pid"
TypesDB "/usr/share/collectd/types.db" "/plugins/types.db.custom"
Interval {interval}
ReadThreads 2
WriteThreads 2
LoadPlugin logfile
<Plugin logfile>
  File "{dir}/messages.log"
  LogLevel info
</Plugin>
LoadPlugin csv
<Plugin csv>
  DataDir "{dir}/csv"
  StoreRates false
</Plugin>
LoadPlugin unixsock
<Plugin unixsock>
  SocketFile "{dir}/sock"
</Plugin>
PluginDir "{plugins}"
LoadPlugin ipvs
{more}
"""


class Collectd(Daemon):
    """collectd with our ipvs, or with the stock one from its own directory."""

    def __init__(self, name="collectd", more="", interval=0.5, plugins="/plugins",
                 expect_start=True, **options):
        self.dir = pathlib.Path("/tmp") / name
        self.dir.mkdir(parents=True, exist_ok=True)
        (self.dir / "conf").write_text(COLLECTD.format(
            dir=self.dir, interval=interval, plugins=plugins, more=more))
        super().__init__(["collectd", "-f", "-C", self.dir / "conf"], self.dir / "log",
                         **options)
        wait_for(lambda: self.listens() or not self.alive(), "collectd up")
        assert expect_start == self.alive(), self.log()

    def listens(self):
        """True if it takes commands: its socket is there a moment before that."""
        table = pathlib.Path(f"/proc/{self.process.pid}/net/unix")
        try:
            return bool(re.search(rf" 00010000 .* {self.dir}/sock$", table.read_text(), re.M))
        except OSError:  # it has ended
            return False

    def messages(self):
        path = self.dir / "messages.log"
        return path.read_text(errors="replace") if path.exists() else ""

    def command(self, text):
        """One command of the unixsock plugin; returns the lines of its answer."""
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect(str(self.dir / "sock"))
            stream = connection.makefile("rw")
            stream.write(text + "\n")
            stream.flush()
            status, _, message = stream.readline().partition(" ")
            assert int(status) >= 0, message
            return [stream.readline().rstrip("\n") for _ in range(int(status))]

    def names(self):
        """Identifiers, without host and plugin, that collectd knows now."""
        found = set()
        for line in self.command("LISTVAL"):
            _, plugin, value = line.split(" ", 1)[1].split("/", 2)
            if plugin.startswith("ipvs"):
                found.add((plugin[len("ipvs-"):], value))
        return found

    def files(self):
        """The csv files of ipvs: {(plugin instance, type[-type instance])}."""
        return {(path.parent.name[len("ipvs-"):], path.name[:-len("-2000-01-01")])
                for path in self.dir.glob("csv/vm/ipvs*/*")}

    def rows(self, instance, value):
        """All (time, values) that csv wrote of one identifier."""
        directory = "ipvs" + ("-" + instance if instance else "")
        rows = []
        for path in sorted(self.dir.glob(f"csv/vm/{directory}/{value}-20??-??-??")):
            for line in path.read_text().splitlines()[1:]:
                time_text, *values = line.split(",")
                with contextlib.suppress(ValueError):
                    rows.append((float(time_text), [float(text) if "." in text or "nan" in text
                                                    or "e" in text else int(text)
                                                    for text in values]))
        return rows

    def last(self, instance, value):
        rows = self.rows(instance, value)
        return rows[-1][1] if rows else None

    def named(self, instance, value):
        """The newest row as {data source: number}."""
        directory = self.dir / "csv/vm" / f"ipvs-{instance}"
        path = max(directory.glob(f"{value}-20??-??-??"))
        names = path.open().readline().strip().split(",")[1:]
        return dict(zip(names, self.last(instance, value)))

    def next_poll(self):
        """Waits until all values of two polls that began after this call are written: each
        server had its turn."""
        now = time.time()
        wait_for(lambda: sum(row[0] > now for row in
                             self.rows("", "ipvs_timeout-tcp")[-4:]) >= 3, "two polls")


def drop_capability(number):
    """For Daemon(before=…): what is started then never has this capability."""
    return lambda: _libc.prctl(24, number, 0, 0, 0)


drop_net_admin = drop_capability(12)


# --- what the kernel says, by ipvsadm ------------------------------------------------

def _service_name(words):
    if words[0] == "FWM":
        family = "ipv6" if len(words) > 2 and words[2] == "IPv6" else "ipv4"
        return f"{family}_FWMARK{words[1]}"
    address, _, port = words[1].rpartition(":")
    return f"{address.strip('[]')}_{words[0]}{port}"


def ipvsadm(*options, within=None):
    """A listing as {service: (its columns, {real server: its columns})}."""
    listing, prefix = {}, ["ip", "netns", "exec", within] if within else []
    for line in sh(*prefix, "ipvsadm", "-Ln", *options).splitlines():
        words = line.split()
        if words and words[0] in ("TCP", "UDP", "SCTP", "FWM"):
            columns = words[3:] if words[0] == "FWM" and words[2:3] == ["IPv6"] else words[2:]
            service = listing.setdefault(_service_name(words), (columns, {}))
        elif words and words[0] == "->" and words[1] != "RemoteAddress:Port":
            address, _, port = words[1].rpartition(":")
            service[1][f"{address.strip('[]')}_{port}"] = words[2:]
    return listing


def numbers(columns):
    return [int(column) for column in columns if re.fullmatch(r"\d+", column)]


def add_service(arguments, *servers):
    """add_service("-t 192.0.2.1:80 -s rr", "10.0.0.1:80 -m -w 2", …)"""
    words = arguments.split()
    sh("ipvsadm", "-A", *words)
    virtual = words[:2] + (["-6"] if "-6" in words else [])
    for server in servers:
        sh("ipvsadm", "-a", *virtual, "-r", *server.split())


# --- SNMP ---------------------------------------------------------------------------

KEEPALIVED = ".1.3.6.1.4.1.9586.100.5"
CHECK = KEEPALIVED + ".3"
SERVICE = CHECK + ".3.1"
SERVER = CHECK + ".4.1"

SNMPD = """
agentaddress udp:127.0.0.1:{port}
rwcommunity public
master agentx
agentxsocket unix:{dir}/agentx
agentxperms 0777 0777
trap2sink 127.0.0.1:162 {name}
dontLogTCPWrappersConnects yes
"""

SNMP_AGENT = """
LoadPlugin snmp_agent
<Plugin snmp_agent>
  AgentXSocket "{dir}/agentx"
</Plugin>
{included}
"""


class Snmpd(Daemon):
    """A master agent; .agent() is what collectd's configuration needs to serve through it."""

    def __init__(self, name="snmpd", port=161, more="", **options):
        self.dir, self.port = pathlib.Path("/tmp") / name, port
        self.within = ["ip", "netns", "exec", options["within"]] if "within" in options else []
        self.dir.mkdir(exist_ok=True)
        (self.dir / "conf").write_text(SNMPD.format(dir=self.dir, port=port, name=name) + more)
        super().__init__(["snmpd", "-f", "-Lo", "-C", "-c", self.dir / "conf"],
                         self.dir / "log", environment={"SNMP_PERSISTENT_DIR": str(self.dir)},
                         **options)
        wait_for(lambda: (self.dir / "agentx").exists(), "snmpd's AgentX socket")

    def agent(self, *profiles):
        """What collectd's configuration needs to serve these, or the kernel's IPVS, through it."""
        included = [f'Include "{path}"' for path in profiles or ["/profiles/keepalived-mib-ipvs.conf"]]
        return SNMP_AGENT.format(dir=self.dir, included="\n".join(included))

    def _ask(self, tool, *words, check=True):
        return sh(*self.within, tool, "-v2c", "-c", "public", "-On", "-t", 10, "-r", 0, *words,
                  check=check)

    def walk(self, oid):
        """{OID: (type, text)}"""
        rows = {}
        for line in self._ask("snmpbulkwalk", f"127.0.0.1:{self.port}", oid).splitlines():
            name, _, value = line.partition(" = ")
            kind, _, text = value.partition(": ")
            if name.startswith(oid + ".") and not value.startswith("No "):
                rows[name] = (kind, text)
        return rows

    def table(self, entry):
        """{index: {column: (type, text)}}"""
        rows = {}
        for name, value in self.walk(entry).items():
            column, *index = (int(word) for word in name[len(entry) + 1:].split("."))
            rows.setdefault(tuple(index), {})[column] = value
        return rows

    def get(self, oid):
        line = self._ask("snmpget", f"127.0.0.1:{self.port}", oid)
        return line.partition(" = ")[2].strip()

    def set(self, oid, kind, value):
        """Returns "" or the reason of the failure."""
        done = subprocess.run([*self.within, "snmpset", "-v2c", "-c", "public", "-On", "-t", "10",
                               "-r", "0", f"127.0.0.1:{self.port}", oid, kind, str(value)],
                              capture_output=True, text=True)
        return "" if done.returncode == 0 else done.stderr


def address_of(text):
    """The address in an InetAddress as snmpd's tools print it."""
    octets = (bytes.fromhex(text.replace(" ", "")) if re.fullmatch(r"([0-9A-F]{2} ?)+", text)
              else text.strip('"').encode("latin-1"))
    family = socket.AF_INET if len(octets) == 4 else socket.AF_INET6
    return socket.inet_ntop(family, octets)


def traps_of(path):
    """What snmptrapd wrote: a list of {OID: value}; "from" is the snmpd's name."""
    traps = []
    for line in pathlib.Path(path).read_text(errors="replace").splitlines():
        if line.startswith("TRAP "):
            sender, *parts = line[5:].split("\t")
            pairs = (part.partition(" = ") for part in parts if " = " in part)
            traps.append({"from": sender.rpartition("community ")[2], **{name: value for name, _, value in pairs}})
    return traps


class Snmptrapd(Daemon):
    def __init__(self, name="snmptrapd", **options):
        path = pathlib.Path("/tmp") / name
        path.mkdir(exist_ok=True)
        (path / "conf").write_text("disableAuthorization yes\nformat2 TRAP %P\\t%v\\n\n")
        super().__init__(["snmptrapd", "-f", "-C", "-c", path / "conf", "-On", "-Lf",
                          path / "traps", "udp:127.0.0.1:162"], path / "log",
                         environment={"SNMP_PERSISTENT_DIR": str(path)}, **options)
        self.path = path / "traps"

    def traps(self, oid):
        """The traps of one kind, once snmptrapd has written them."""
        if not self.path.exists():
            return []
        return [trap for trap in traps_of(self.path)
                if trap.get(".1.3.6.1.6.3.1.1.4.1.0") == f"OID: {oid}"]
