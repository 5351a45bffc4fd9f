# SPDX-License-Identifier: MIT
"""What do other people's monitors ask of a router with keepalived, and how do they judge?

In our own words: one function a monitor, which sends what it sends, in its order and with its
GETBULK sizes, and returns {item: code}, the codes those of Nagios. An agent has get(OID) and
bulk(OIDs, repetitions); memory is a dictionary that a monitor keeps between two polls.
"""

OKAY, WARNING, CRITICAL, UNKNOWN = range(4)

SYS_DESCR = "1.3.6.1.2.1.1.1.0"
VRRP_OPER_ENTRY = "1.3.6.1.2.1.68.1.3.1"
VRRP_STATS_TABLE, VRRPV3_STATS_TABLE = "1.3.6.1.2.1.68.2.4", "1.3.6.1.2.1.207.1.2.5"
KEEPALIVED = "1.3.6.1.4.1.9586.100.5"
VERSION, ROUTER_ID = f"{KEEPALIVED}.1.1.0", f"{KEEPALIVED}.1.2.0"
GROUP_ENTRY, MEMBER_ENTRY, INSTANCE_ENTRY, ADDRESS_ENTRY, SCRIPT_ENTRY = (
    f"{KEEPALIVED}.2.{table}.1" for table in (1, 2, 3, 6, 9))
SERVER_GROUP_ENTRY, SERVICE_ENTRY, SERVER_ENTRY = (f"{KEEPALIVED}.3.{table}.1" for table in (1, 3, 4))

INIT, BACKUP, MASTER, FAULT = range(4)  # vrrpInstanceState
GOOD, MET, ALIVE = 3, 1, 1  # vrrpScriptResult, virtualServerQuorumStatus, realServerStatus


class Recorded:
    """An agent that answers as another one did when it was walked."""

    def __init__(self, found):
        self._found = found
        self._order = sorted(found, key=lambda oid: [int(part) for part in oid.split(".")])

    def get(self, oid):
        """One value, or None."""
        return self._found.get(oid)

    def _after(self, oid):
        place = [int(part) for part in oid.split(".")]
        return (at for at in self._order if [int(part) for part in at.split(".")] > place)

    def bulk(self, oids, repetitions):
        """One GETBULK's [(OID, value)]; None behind the end."""
        successors = [list(self._after(oid))[:repetitions] for oid in oids]
        return [(row[at], self._found[row[at]]) if at < len(row) else (oid, None)
                for at in range(repetitions) for oid, row in zip(oids, successors)]


def columns(agent, entry, numbers, repetitions):
    """{(column, index): value}: GETBULK of all these columns side by side until each has ended."""
    found, at = {}, {number: f"{entry}.{number}" for number in numbers}
    while at:
        asked = list(at)
        answer = agent.bulk(list(at.values()), repetitions)
        assert answer, f"nothing behind {at}"
        for place, (oid, value) in enumerate(answer):
            number = asked[place % len(asked)]
            column = f"{entry}.{number}."
            if number not in at:
                continue
            if value is None or not oid.startswith(column):
                del at[number]
                continue
            assert (number, oid[len(column):]) not in found, f"the walk goes round at {oid}"
            found[number, oid[len(column):]] = value
            at[number] = oid
    return found


def subtree(agent, oid, repetitions, last=None):
    """{rest of the OID: value}: GETBULK of one OID, on from the last answer until it has left;
    of a table's entry only up to the column `last`."""
    found, at = {}, oid
    while True:
        answer = agent.bulk([at], repetitions)
        assert answer, f"nothing behind {at}"
        for at, value in answer:
            rest = at[len(oid) + 1:]
            if value is None or not at.startswith(f"{oid}.") or last and int(rest.split(".")[0]) > last:
                return found
            assert rest not in found, f"the walk goes round at {at}"
            found[rest] = value


def rows(found):
    """{index: {column: value}} of what columns() found."""
    result = {}
    for (number, index), value in found.items():
        result.setdefault(index, {})[number] = value
    return result


def checkmk(agent, _):
    """Detected by a Linux that has version.0; an instance is master, backup or a service's fault."""
    if b"linux" not in (agent.get(SYS_DESCR) or b"").lower() or agent.get(VERSION) is None:
        return {}
    names, states = (subtree(agent, f"{INSTANCE_ENTRY}.{number}", 10) for number in (2, 4))
    addresses = subtree(agent, f"{ADDRESS_ENTRY}.3", 10)
    # Its older releases pair the two tables line by line: no instance may lack an address.
    assert {index.split(".")[0] for index in addresses} == set(names)
    assert {len(value) for value in addresses.values()} <= {4, 16}
    levels = {INIT: OKAY, BACKUP: OKAY, MASTER: OKAY, FAULT: CRITICAL}
    return {name.decode(): levels.get(states[index], UNKNOWN) for index, name in names.items()}


def perl_table(agent, entry, numbers):
    """A table as the SNMP module of Perl asks for it: about a thousand octets an answer."""
    return rows(columns(agent, entry, numbers, max(1, 1000 // 36 // len(numbers))))


def nagios_check_keepalived_vrrp(agent, _):
    """An instance should have its initial state, a script should be good."""
    if agent.get(VERSION) is None or agent.get(ROUTER_ID) is None:
        return {}
    instances = perl_table(agent, INSTANCE_ENTRY, range(2, 28))
    if not instances or not perl_table(agent, ADDRESS_ENTRY, range(2, 8)):
        return {}
    groups = perl_table(agent, GROUP_ENTRY, range(2, 12))
    members = perl_table(agent, MEMBER_ENTRY, [2])
    assert {index.split(".")[0] for index in members} <= set(groups)
    found = {}
    for row in instances.values():
        wrong = CRITICAL if row[5] == MASTER else WARNING
        found[row[2].decode()] = OKAY if row[4] == row[5] else wrong
    for row in perl_table(agent, SCRIPT_ENTRY, range(2, 10)).values():
        found["script " + row[2].decode()] = OKAY if row[6] == GOOD else CRITICAL
    return found


def nagios_check_keepalived_ipvs(agent, _):
    """Quorum met, more than half of the real servers up; a warning for each one that is down."""
    if agent.get(VERSION) is None or agent.get(ROUTER_ID) is None:
        return {}
    services = perl_table(agent, SERVICE_ENTRY, range(2, 60))
    servers = perl_table(agent, SERVER_ENTRY, range(2, 40))
    found = {}
    for index, row in services.items():
        total, up = row[20], row[21]
        assert sum(at.split(".")[0] == index for at in servers) >= total
        if row[23] != MET or up * 100 / total <= 50:
            found[index] = CRITICAL
        else:
            found[index] = OKAY if up == total else WARNING
    return found


def centreon(agent, memory, entry, state, last, is_fine):
    """{index: code}: the entry up to a last column, 50 a GETBULK; is_fine(row, state before)."""
    table = subtree(agent, entry, 50, last)
    found = {}
    for index, row in rows({(int(column), index): value for column, index, value in (
            (*rest.split(".", 1), value) for rest, value in table.items())}).items():
        assert last in row
        before, memory[index] = memory.get(index), row[state]
        found[index] = UNKNOWN if before is None else OKAY if is_fine(row, before) else CRITICAL
    return found


def centreon_keepalived(agent, memory):
    """An instance should be in the state that it wants, and in that of the poll before."""
    return centreon(agent, memory, INSTANCE_ENTRY, 4, 10, lambda row, before: row[4] == row[6] == before)


def centreon_vrrp(agent, memory):
    """Where a router is administratively up, its state should be that of the poll before."""
    return centreon(agent, memory, VRRP_OPER_ENTRY, 3, 7, lambda row, before: row[4] != 1 or row[3] == before)


def zenpack(agent, _):
    """Virtual servers that have a virtual host, which is their name, and real servers; {row: its columns}."""
    services = rows(columns(agent, SERVICE_ENTRY, [2, 3, 4, 6, 7, 8, 9, 11, 12, 13, 14, 20], 10))
    servers = rows(columns(agent, SERVER_ENTRY, [2, 4, 5, 6, 7], 10))
    return {("service", index): row for index, row in services.items() if row.get(12)} | {
        ("server", index): row for index, row in servers.items()}


def snmp_exporter(agent, _):
    """The module keepalived: whole tables, 25 a GETBULK; each instance's state is a metric."""
    found = subtree(agent, INSTANCE_ENTRY, 25)
    for table in (GROUP_ENTRY, SERVER_GROUP_ENTRY, SERVICE_ENTRY, SERVER_ENTRY):
        subtree(agent, table, 25)
    assert subtree(agent, VRRP_STATS_TABLE, 25) or subtree(agent, VRRPV3_STATS_TABLE, 25)
    return {value.decode(): found["4." + rest[2:]] for rest, value in found.items() if rest.startswith("2.")}
