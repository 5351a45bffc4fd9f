# SPDX-License-Identifier: MIT
"""What people have configured for the stock snmp_agent and published, in words of our own: the
thirteen tables of OPNFV's Barometer, with the MIB that they need. The forms are theirs (which key,
which source, which regular expression, what contradicts the MIB), the numbers the tests'."""

import dataclasses

MODULE = "HA-PUBLIC-MIB"
ROOT = "1.3.6.1.4.1.8072.9999.9994"

PMU = """
L1-dcache-loads L1-dcache-load-misses L1-dcache-stores L1-dcache-store-misses L1-dcache-prefetches
L1-dcache-prefetch-misses L1-icache-loads L1-icache-load-misses L1-icache-prefetches
L1-icache-prefetch-misses LLC-loads LLC-load-misses LLC-stores LLC-store-misses LLC-prefetches
LLC-prefetch-misses dTLB-loads dTLB-load-misses dTLB-stores dTLB-store-misses dTLB-prefetches
dTLB-prefetch-misses iTLB-loads iTLB-load-misses branch-loads branch-load-misses cpu-cycles
instructions cache-references cache-misses branches branch-misses bus-cycles cpu-clock task-clock
context-switches cpu-migrations page-faults minor-faults major-faults alignment-faults
emulation-faults""".split()
MEMORY = "swap_in swap_out major_fault minor_fault unused available actual_balloon rss last_update".split()
PERF = """
alignment_faults branch_instructions branch_misses bus_cycles cache_misses cache_references cmt
context_switches cpu_clock cpu_cycles cpu_migrations emulation_faults instructions mbml mbmt
page_faults page_faults_maj page_faults_min ref_cpu_cycles task_clock""".split()
WIDE = {"last_update", "cpu_clock", "cpu_cycles", "ref_cpu_cycles", "task_clock"}  # Counter64 there


def name_of(start, event):
    """pmu, L1-dcache-loads: pmuL1DcacheLoads"""
    return start + "".join(word[0].upper() + word[1:] for word in event.replace("-", "_").split("_"))


@dataclasses.dataclass(frozen=True)
class Column:
    """An object of the MIB."""

    name: str
    syntax: str = "Counter64"
    units: str = ""


@dataclasses.dataclass(frozen=True)
class Key:
    """A column that is a part of the index, and where it comes from."""

    column: Column
    source: str = "PluginInstance"
    regex: str = ""
    more: str = ""


@dataclasses.dataclass(frozen=True)
class Data:
    """Values: type, type instance (None: the index has it), a column a data source."""

    kind: str
    instance: str | None
    columns: tuple
    more: str = ""


@dataclasses.dataclass(frozen=True)
class Table:
    """A table as it is configured, and where its MIB differs. `rows`: plugin instance and type
    instance (None: the data's own) of what is fed. numbered: the column of its row numbers."""

    name: str
    plugin: str
    keys: tuple
    data: tuple
    rows: tuple = (("one", None), ("two-2", None))
    index: str = ""
    numbered: str = ""
    size: str = ""
    warned: tuple = ()


def text(name, octets=50):
    """A column of text."""
    return Column(name, f"DisplayString (SIZE (0..{octets}))")


def number(name, units=""):
    """A column of whole numbers."""
    return Column(name, "Integer32", units)


def of_domains(name, start, more_keys, data, **more):
    """A table of the plugin virt; the first part of its index is the domain."""
    return Table(name, "virt", (Key(text(start + "DomainName")), *more_keys), data, **more)


def pairs(start, *kinds, syntax="Counter64"):
    """Types of two data sources, without a type instance of their own."""
    return tuple(Data(kind, None, (Column(name_of(start, f"{kind}_{first}"), syntax),
                                   Column(name_of(start, f"{kind}_{second}"), syntax)))
                 for kind, first, second in kinds)


def wide(event):
    """What the MIB has for an event of virt's."""
    return "Counter64" if event in WIDE else "Unsigned32"


TABLES = {table.name: table for table in (
    Table("pmuTable", "intel_pmu", (Key(text("pmuDescr", 255)),),
          tuple(Data("counter", event, (Column(name_of("pmu", event)),)) for event in PMU),
          numbered="pmuIndex", rows=(("all", None), ("4-7", None))),
    Table("rdtTable", "intel_rdt", (Key(text("rdtDescr", 255)),),
          (Data("bytes", "llc", (Column("rdtLlc", units="bytes"),)),
           Data("ipc", "", (Column("rdtIpc", "DisplayString", "ipc"),)),
           Data("memory_bandwidth", "remote", (Column("rdtRemote", units="bytes/sec"),)),
           Data("memory_bandwidth", "local", (Column("rdtLocal", units="bytes/sec"),))),
          numbered="rdtIndex", size="rdtNumber", rows=(("0", None), ("1-3", None))),
    Table("mcelogTable", "mcelog", (Key(text("memoryDescr", 255)),),
          tuple(Data("errors", f"{what}_memory_errors{when}", (number(name_of("memory", what + when)),))
                for what in ("corrected", "uncorrected") for when in ("", "_in_24h")),
          numbered="memoryIndex", rows=(("SOCKET_0_CHANNEL_0_DIMM_any", None), ("SOCKET_1", None))),
    Table("hugepagesTable", "hugepages", (Key(text("hugepagesNode")),),
          (*(Data("memory", part, (Column(name_of("hugepagesMemory", part), units="kBytes"),))
             for part in ("free", "used")),
           *(Data("vmpage_number", part, (Column(name_of("hugepagesPages", part)),)) for part in ("free", "used")),
           *(Data("percent", part, (Column(name_of("hugepagesPercent", part), "Integer32 (0..100)", "%"),))
             for part in ("free", "used"))),
          rows=(("mm-2048Kb", None), ("node0-1048576Kb", None)), index="IMPLIED hugepagesNode",
          warned=('<Table "hugepagesTable">: its MIB says INDEX { IMPLIED hugepagesNode }: write Implied true',
                  "hugepagesMemoryFree is in kBytes in its MIB", "hugepagesMemoryUsed is in kBytes in its MIB")),
    of_domains("lvhDomainTable", "lvh", (),
               (Data("ps_cputime", "", (Column("lvhTimeUser", units="nanoseconds"), Column("lvhTimeSystem"))),
                Data("percent", "virt_cpu_total", (number("lvhCPUTotal", "percent"),)),
                Data("memory", "total", (number("lvhMemoryTotal", "bytes"),)))),
    of_domains("lvhMemoryTable", "lvhMemory", (),
               tuple(Data("memory", what, (Column(name_of("lvhMemory", what), wide(what)),)) for what in MEMORY)),
    of_domains("lvhPerfTable", "lvhPerf", (),
               tuple(Data("perf", f"perf_{event}", (Column(name_of("lvhPerf", event), wide(event)),))
                     for event in PERF)),
    of_domains("lvhCPUAffinityTable", "lvhAffinity",
               (Key(Column("lvhVCPU", "Integer32 (0..999)"), "TypeInstance", "^vcpu_([0-9]{1,3})-cpu_[0-9]{1,3}$"),
                Key(Column("lvhCPU", "Integer32 (0..999)"), "TypeInstance", "^vcpu_[0-9]{1,3}-cpu_([0-9]{1,3})$")),
               (Data("cpu_affinity", None, (Column("lvhAffinity", "Integer32 (0..1)"),)),),
               rows=(("one", "vcpu_0-cpu_3"), ("one", "vcpu_12-cpu_0"), ("two", "vcpu_0-cpu_0")),
               index="lvhAffinityDomainName, lvhCPU, lvhVCPU",
               warned=('<Table "lvhCPUAffinityTable"> lists its index in another order than its MIB, '
                       "INDEX { lvhAffinityDomainName, lvhCPU, lvhVCPU }",)),
    of_domains("lvhVirtVCPUTable", "lvhVCPU",
               (Key(Column("lvhVCPUNumber", "Integer32 (0..999)"), "TypeInstance", "^([0-9]{1,3})$"),),
               (Data("virt_vcpu", None, (Column("lvhVirtVCPU", units="nanoseconds"),)),),
               rows=(("one", "0"), ("one", "11"))),
    of_domains("lvhDiskErrorTable", "lvhDiskError", (Key(text("lvhDiskErrorName", 20), "TypeInstance"),),
               (Data("disk_error", None, (Column("lvhDiskError", "INTEGER { none(0), unspec(1), nospace(2) }"),)),),
               rows=(("one", "vda"), ("two", "vda"))),
    of_domains("lvhBlockDeviceTable", "lvhBlock", (Key(text("lvhBlockName", 20), "TypeInstance"),),
               (*pairs("lvh", ("disk_ops", "read", "write"), ("disk_octets", "read", "write"), syntax="Integer32"),
                *pairs("lvh", ("disk_time", "read", "write"))), rows=(("one", "vda"), ("one", "vdb"))),
    of_domains("lvhBlockDevFlushTable", "lvhFlush", (Key(text("lvhFlushName", 20), "TypeInstance", "^flush-(.*)$"),),
               (Data("total_requests", None, (number("lvhFlushRequests"),)),
                Data("total_time_in_ms", None, (number("lvhFlushTime", "milliseconds"),))),
               rows=(("one", "flush-vda"), ("two", "flush-vdc"))),
    of_domains("lvhNetworkIfaceTable", "lvhNetIf", (Key(text("lvhNetIfName", 20), "TypeInstance"),),
               pairs("lvh", *((kind, "rx", "tx") for kind in ("if_octets", "if_packets", "if_errors", "if_dropped"))),
               rows=(("one", "vnet0"), ("two", "vnet1"))),
)}


# --- as text --------------------------------------------------------------------

def data_block(name, oids, *lines):
    """One Data block."""
    names = " ".join(f'"{MODULE}::{oid}"' for oid in oids)
    return "\n".join((f'<Data "{name}">', *(line for line in lines if line), f"OIDs {names}", "</Data>"))


def key_block(table, key):
    """The Data block of an index column."""
    regex = f'Regex "{key.regex}"\nGroup 1' if key.regex else ""
    return data_block(key.column.name, [key.column.name], f'Plugin "{table.plugin}"', "<IndexKey>",
                      f'Source "{key.source}"', regex, key.more, "</IndexKey>")


def values_block(table, data):
    """The Data block of values."""
    instance = f'TypeInstance "{data.instance}"' if data.instance is not None else ""
    return data_block(data.columns[0].name, [column.name for column in data.columns], f'Plugin "{table.plugin}"',
                      f'Type "{data.kind}"', instance, data.more)


def configuration(table):
    """The Table block."""
    own = [f'{key} "{MODULE}::{oid}"' for key, oid in (("IndexOID", table.numbered), ("SizeOID", table.size)) if oid]
    return "\n".join((f'<Table "{table.name}">', *own, *(key_block(table, key) for key in table.keys),
                      *(values_block(table, data) for data in table.data), "</Table>\n"))


def columns(table):
    """Every column, in the order of its number, from 1."""
    numbered = (Column(table.numbered, "Integer32"),) if table.numbered else ()
    return (*numbered, *(key.column for key in table.keys), *(c for data in table.data for c in data.columns))


def place(table):
    """The number of the table below ROOT."""
    return list(TABLES).index(table.name) + 1


def index_clause(table):
    """What INDEX says."""
    return table.index or table.numbered or ", ".join(key.column.name for key in table.keys)


def an_object(name, parent, at, syntax, more=""):
    """One OBJECT-TYPE."""
    return (f"{name} OBJECT-TYPE\n  SYNTAX {syntax}\n  MAX-ACCESS read-only\n  STATUS current\n"
            f'  DESCRIPTION "-"\n  {more}\n  ::= {{ {parent} {at} }}\n')


def objects(table):
    """The table's part of the MIB."""
    entry = f"{table.name}Entry"
    kind = entry[0].upper() + entry[1:]
    members = ",\n  ".join(f"{column.name} {column.syntax.split(' (')[0].split(' {')[0]}" for column in columns(table))
    yield an_object(table.name, "haPublic", place(table), f"SEQUENCE OF {kind}")
    yield an_object(entry, table.name, 1, kind, f"INDEX {{ {index_clause(table)} }}")
    yield f"{kind} ::= SEQUENCE {{\n  {members}\n}}\n"
    for at, column in enumerate(columns(table), 1):
        # UNITS stand before MAX-ACCESS.
        units = f'{column.syntax}\n  UNITS "{column.units}"' if column.units else column.syntax
        yield an_object(column.name, entry, at, units)
    if table.size:
        yield an_object(table.size, "haPublic", 100 + place(table), "Integer32")


def mib():
    """The whole module."""
    return (f"{MODULE} DEFINITIONS ::= BEGIN\nIMPORTS DisplayString FROM SNMPv2-TC;\n"
            "internet OBJECT IDENTIFIER ::= { iso 3 6 1 }\n"
            "haPublic OBJECT IDENTIFIER ::= { internet 4 1 8072 9999 9994 }\n"
            + "".join(line for table in TABLES.values() for line in objects(table)) + "END\n")
