# SPDX-License-Identifier: MIT
"""What the plugin costs, in one boot: ratios count.

Prints markdown for docs/ipvs.md. The machine's clock counts instructions, a nanosecond
each, so every time here is an amount of work and repeats itself.
"""

import pathlib
import resource
import shutil
import socket
import subprocess
import threading
import time

import lab
from lab import SERVER, SERVICE, Collectd, Daemon, Snmpd, load, sh, wait_for

SIZES = (100, 1000, 4000)
SERVERS = 4
INTERVAL = {100: 1, 1000: 4, 4000: 15}
POLLS = 2  # the other numbers of a server come at every second one
PORT = 25826  # of collectd's own protocol


def services(count):
    """Consecutive addresses, as a network has them: the kernel hashes the last octet."""
    lines = ["-C"]
    for number in range(count):
        address = f"192.0.{number >> 8}.{number & 255}:80"
        lines.append(f"-A -t {address} -s rr")
        lines += [f"-a -t {address} -r 10.2.0.{server}:80 -m -w 1"
                  for server in range(1, SERVERS + 1)]
    return "\n".join(lines[1:]) + "\n"


def cpu_of(pid):
    """CPU seconds that a process's threads have used, to the nanosecond."""
    return sum(int(path.read_text().split()[0])
               for path in pathlib.Path(f"/proc/{pid}/task").glob("*/schedstat")) / 1e9


def median(numbers):
    return sorted(numbers)[len(numbers) // 2]


def measured_ipvsadm(rounds):
    """Wall and CPU milliseconds of a listing."""
    walls, cpus = [], []
    for _ in range(rounds):
        used, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
        subprocess.run(["ipvsadm", "-Ln", "--stats"], stdout=subprocess.DEVNULL, check=True)
        walls.append((time.monotonic() - began) * 1e3)
        now = resource.getrusage(resource.RUSAGE_CHILDREN)
        cpus.append((now.ru_utime + now.ru_stime - used.ru_utime - used.ru_stime) * 1e3)
    return median(walls), median(cpus)


TYPES = ("/usr/share/collectd/types.db", "/plugins/types.db.custom")
QUIET = """
Hostname "vm"
BaseDir "{dir}"
PIDFile "{dir}/pid"
TypesDB "/usr/share/collectd/types.db" "/plugins/types.db.custom"
Interval {interval}
WriteThreads {threads}
LoadPlugin logfile
<Plugin logfile>
  File "{dir}/messages.log"
</Plugin>
LoadPlugin unixsock
<Plugin unixsock>
  SocketFile "{dir}/sock"
</Plugin>
LoadPlugin network
<Plugin network>
  Server "127.0.0.1" "{port}"
</Plugin>
PluginDir "{plugins}"
LoadPlugin ipvs
"""


def sources():
    """{type: its number of data sources}"""
    lines = [line for path in TYPES for line in pathlib.Path(path).read_text().splitlines()]
    return {line.split()[0]: line.count(",") + 1
            for line in lines if line.strip() and not line.startswith("#")}


def receiver():
    """Where collectd sends its values, many in a datagram: about the least that an output
    costs. Nobody reads them. Without one it would log a line for each value."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    listener.bind(("127.0.0.1", PORT))
    return listener


def quiet_collectd(name, interval, plugins, threads=1, more=""):
    """collectd with one plugin ipvs and one output."""
    directory = pathlib.Path(f"/tmp/{name}")
    directory.mkdir()
    (directory / "conf").write_text(QUIET.format(
        dir=directory, interval=interval, plugins=plugins, threads=threads, port=PORT) + more)
    daemon = Daemon(["collectd", "-f", "-C", directory / "conf"], directory / "log")
    daemon.dir = directory
    return daemon


def collectd_cpu(name, count, plugins, threads, more=""):
    """CPU milliseconds a poll, all of collectd's threads; the values and numbers that it keeps."""
    daemon = quiet_collectd(f"{name}-{count}-{threads}", INTERVAL[count], plugins, threads, more)
    time.sleep(INTERVAL[count] * 2)
    # From the quiet middle between two polls to another.
    used = cpu_of(daemon.process.pid)
    time.sleep(INTERVAL[count] * POLLS)
    used = cpu_of(daemon.process.pid) - used
    types = [line.rpartition("/")[2].partition("-")[0]
             for line in Collectd.command(daemon, "LISTVAL")]
    daemon.stop(120)
    known = sources()
    return used * 1e3 / POLLS, len(types), sum(known[name] for name in types)


def reading(count):
    """[[rows, wall and CPU milliseconds]] of a bare dump, our poll and what the stock plugin reads."""
    found = [[float(word) for word in line.split()]
             for line in sh("ipvs_poll", 11 if count < 4000 else 3).splitlines()]
    assert {rows for rows, _, _ in found} == {count * (1 + SERVERS)}
    return found


def test_polls():
    load("ip_vs", "ip_vs_rr")
    print("| services x 4 | bare dump, wall / CPU ms | our poll | ratio of CPU | "
          "ipvsadm --stats | ours / ipvsadm |\n|---|---|---|---|---|---|")
    for count in SIZES:
        sh("ipvsadm", "-C")
        sh("ipvsadm", "-R", stdin=services(count))
        bare, ours, _ = reading(count)
        wall, cpu = measured_ipvsadm(5)
        ratio, third = ours[2] / bare[2], ours[1] / wall
        print(f"| {count} | {bare[1]} / {bare[2]} | {ours[1]} / {ours[2]} | {ratio:.2f} | "
              f"{wall:.0f} / {cpu:.0f} | {third:.2f} |")
        assert ratio <= 1.3, ratio


# --- walks, beside keepalived's own SNMP --------------------------------------------

VIRTUAL, CHECKED = 200, "10.7.0.1"

POOL = """
virtual_server 192.0.{third}.{fourth} 80 {{
  delay_loop 1
  lb_algo rr
  lb_kind NAT
  protocol TCP
{servers}}}
"""
PLAIN = """  real_server 10.2.0.{server} 80 {{
    weight 1
  }}
"""
CHECKED_SERVER = f"""  real_server {CHECKED} 80 {{
    weight 1
    TCP_CHECK {{
      connect_timeout 1
    }}
  }}
"""


def keepalived_conf():
    text = "global_defs {\n  router_id bench\n}\n"
    for number in range(VIRTUAL):
        servers = "".join(PLAIN.format(server=n) for n in range(1, SERVERS))
        servers += CHECKED_SERVER if number == 0 else PLAIN.format(server=SERVERS)
        text += POOL.format(third=number >> 8, fourth=(number & 255) + 1, servers=servers)
    return text


ASKED = """
<LoadPlugin vrrp>
  Interval 1
</LoadPlugin>
<Plugin vrrp>
  Interface "none"
  <Keepalived>
    PidFile "/tmp/ka/pid"
    CheckersPidFile "/tmp/ka/checkers.pid"
    CheckersData "/tmp/keepalived_check.data"
    TextInterval 1
  </Keepalived>
</Plugin>
"""


class Checks:
    """When the health checks of one real server came."""

    def __init__(self):
        sh("ip", "addr", "add", f"{CHECKED}/32", "dev", "lo")
        self.listener = socket.create_server((CHECKED, 80))
        self.times = []
        threading.Thread(target=self.take, daemon=True).start()

    def take(self):
        while True:
            self.listener.accept()[0].close()
            self.times.append(time.monotonic())

    def gaps(self, since):
        times = [moment for moment in self.times if moment > since]
        return sorted(b - a for a, b in zip(times, times[1:]))

    def largest_gap(self, since):
        times = [since] + [moment for moment in self.times if moment > since] + [time.monotonic()]
        return max(b - a for a, b in zip(times, times[1:]))


def narrow(snmpd, entry):
    """One column after the other, as snmpbulkwalk goes. Returns the varbinds."""
    return len(snmpd.walk(entry))


def wide(snmpd, entry):
    """All columns of a row side by side, as snmptable goes. Returns the varbinds."""
    columns = WIDE[entry]
    index, count = "", 0
    while True:
        starts = [f"{entry}.{column}{index}" for column in columns]
        lines = snmpd._ask("snmpbulkget", "-Cn0", "-Cr5", f"127.0.0.1:{snmpd.port}",
                           *starts).splitlines()
        names = [line.partition(" = ")[0] for line in lines]
        rows = [names[at:at + len(columns)]
                for at in range(0, len(names) - len(columns) + 1, len(columns))]
        assert rows, lines
        for row in rows:
            if not row[0].startswith(f"{entry}.{columns[0]}."):
                return count
            index = row[0][len(f"{entry}.{columns[0]}"):]
            count += len(row)


# Columns that both serve in every row.
WIDE = {SERVICE: (2, 5, 6, 7, 8, 9, 10, 11, 13, 15, 20, 21, 23, *range(27, 51)),
        SERVER: (2, 3, 4, 5, 6, 7, *range(14, 41))}


def measured(walk, snmpd, pid, checks):
    """Seconds, varbinds, CPU seconds of the agent and of snmpd, the checks' largest gap."""
    pids = [pid, snmpd.process.pid]
    used, began = [cpu_of(process) for process in pids], time.monotonic()
    count = sum(walk(snmpd, entry) for entry in (SERVICE, SERVER))
    used = [cpu_of(process) - before for process, before in zip(pids, used)]
    return time.monotonic() - began, count, *used, checks.largest_gap(began)


def start_keepalived(own):
    directory = pathlib.Path("/tmp/ka")
    directory.mkdir()
    (directory / "conf").write_text(keepalived_conf())
    Daemon(["keepalived", "-n", "-C", "-x", "-A", f"unix:{own.dir}/agentx", "-f",
            directory / "conf", "-p", directory / "pid", "-c", directory / "checkers.pid"],
           directory / "log")
    wait_for(lambda: len(lab.ipvsadm()) == VIRTUAL, "keepalived", 60)
    return int((directory / "checkers.pid").read_text())


def test_walks():
    sh("ipvsadm", "-C")
    checks = Checks()
    own, ours = Snmpd("own"), Snmpd("ours", port=1161)
    checker = start_keepalived(own)
    # One poll is enough: what is measured is the walk.
    collectd = Collectd("walked", interval=600, more=ours.agent())
    wait_for(lambda: len(ours.walk(f"{SERVER}.2")) == VIRTUAL * SERVERS, "our rows", 60)
    time.sleep(5)
    print("| walk of both tables, 200 x 4 | varbinds | seconds | CPU s of the agent | of snmpd | "
          "largest gap between health checks, s |\n|---|---|---|---|---|---|")
    used = {}
    for walk in (wide, narrow):
        for name, snmpd, pid in (("ours", ours, collectd.process.pid),
                                 ("keepalived's", own, checker)):
            seconds, count, agent, master, gap = measured(walk, snmpd, pid, checks)
            used[walk, name] = agent / count
            print(f"| {name}, {walk.__name__} | {count} | {seconds:.1f} | {agent:.2f} | "
                  f"{master:.2f} | {gap:.1f} |")
        ratio = used[walk, "keepalived's"] / max(used[walk, "ours"], 1e-9)
        print(f"{walk.__name__}: CPU a varbind, keepalived's is {ratio:.0f} times ours")


DUMP = pathlib.Path("/tmp/keepalived_check.data")


def paced(checker, checks, seconds):
    """Median and largest gap between the checks of one server; CPU milliseconds a second of those who
    check; how many dumps they wrote."""
    used, began, dumps = cpu_of(checker), time.monotonic(), set()
    while time.monotonic() < began + seconds:
        time.sleep(0.1)
        if DUMP.exists():
            dumps.add(DUMP.stat().st_ino)
    gaps = checks.gaps(began)
    return median(gaps), gaps[-1], (cpu_of(checker) - used) * 1e3 / seconds, len(dumps)


def test_checks():
    """The pace of the checks, of 200 x 4 servers, while the dump of all is asked for each second."""
    sh("ipvsadm", "-C")
    checks, own = Checks(), Snmpd("own")
    checker = start_keepalived(own)
    time.sleep(10)
    quiet = paced(checker, checks, 40)
    collectd = Collectd("asking", interval=600, more=ASKED)
    wait_for(DUMP.exists, "a dump", 60)
    asked = paced(checker, checks, 40)
    print("| checks of 200 x 4 servers, 40 s | gap, median s | largest s | CPU ms a second | dumps |\n"
          "|---|---|---|---|---|")
    for name, (usual, largest, cpu, dumps) in (("nobody asks", quiet), ("asked each second", asked)):
        print(f"| {name} | {usual:.3f} | {largest:.3f} | {cpu:.1f} | {dumps} |")
    collectd.stop(120)
    assert quiet[3] == 0 and asked[3] >= 30, (quiet, asked)
    assert asked[0] <= 1.1 * quiet[0] and asked[1] <= quiet[1] + 0.5, (quiet, asked)


def compare_reads(threads):
    """What collectd's read and all that follows it costs with the stock plugin and with ours: the ratios,
    and those to the floor. That is the stock plugin with a bare dump in place of its own reading: what
    nobody who asks by netlink can go below, and without any number of ours."""
    load("ip_vs", "ip_vs_rr")
    listener, ratios, above = receiver(), [], []
    print(f"| services x 4, WriteThreads {threads} | stock: CPU ms a poll, values, numbers | of it reading | "
          "bare dump | floor | ours | ratio | ours / floor |\n" + "|---" * 8 + "|")
    for count in SIZES:
        sh("ipvsadm", "-C")
        sh("ipvsadm", "-R", stdin=services(count))
        bare, _, old = (row[2] for row in reading(count))
        used = {}
        for name, plugins in (("stock", "/usr/lib/collectd"), ("ours", "/plugins")):
            used[name] = collectd_cpu(name, count, plugins, threads)
        stock, ours = used["stock"][0], used["ours"][0]
        floor = stock - old + bare
        cells = [f"{cpu:.0f}, {values:,}, {numbers:,}" for cpu, values, numbers in used.values()]
        print(f"| {count} | {cells[0]} | {old:.1f} | {bare:.1f} | {floor / stock:.2f} | {cells[1]} | "
              f"{ours / stock:.2f} | {ours / floor:.2f} |")
        ratios.append(ours / stock)
        above.append(ours / floor)
    listener.close()
    return ratios, above


def test_reads():
    """collectd as it is by itself: five threads that write."""
    ratios, _ = compare_reads(5)
    assert max(ratios) <= 1.3, ratios


def test_writing_by_one_thread():
    """The one processor never switches between threads that write, which is most of the work above and
    costs both the same; here the reading counts the more."""
    _, above = compare_reads(1)
    assert max(above) <= 1.3, above


# --- ahead of collectd's queue ------------------------------------------------------

AGENT = """
LoadPlugin snmp_agent
<Plugin snmp_agent>
  AgentXSocket "/tmp/nobody"
</Plugin>
Include "/profiles/keepalived-mib-ipvs.conf"
"""
NAME, OTHER = b"snmp_agent\0", b"some_agent\0"


def hand_nothing_over(directory):
    """Our plugins, but for an ipvs that looks for an agent of another name, which nobody loads."""
    shutil.copytree("/plugins", directory)
    octets = pathlib.Path(directory, "ipvs.so").read_bytes()
    assert octets.count(NAME) == 1
    pathlib.Path(directory, "ipvs.so").write_bytes(octets.replace(NAME, OTHER))
    return directory


def test_ahead():
    count, used = 1000, {}
    load("ip_vs", "ip_vs_rr")
    sh("ipvsadm", "-C")
    sh("ipvsadm", "-R", stdin=services(count))
    listener, behind = receiver(), hand_nothing_over("/tmp/behind-plugins")
    print(f"| {count} x {SERVERS}, CPU ms a poll | |\n|---|---|")
    for name, plugins, more in (("ipvs alone", "/plugins", ""), ("with snmp_agent, by the cache", behind, AGENT),
                                ("with snmp_agent, ahead of it", "/plugins", AGENT)):
        used[name] = collectd_cpu(name.replace(" ", "-"), count, plugins, 1, more)[0]
        print(f"| {name} | {used[name]:.0f} |")
    listener.close()
