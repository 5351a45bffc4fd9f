# SPDX-License-Identifier: MIT
"""KEEPALIVED-MIB's checker tables, row by row under the names that collectd gives."""

from lab import SERVER, SERVICE, address_of


def text(row, column):
    return row[column][1] if column in row else None


def service_name(row):
    if text(row, 2) == "1":
        return f"ipv{'46'[int(text(row, 5)) - 1]}_FWMARK{text(row, 4)}"
    protocol = {"1": "TCP", "2": "UDP", "3": "SCTP"}[text(row, 8)]
    return f"{address_of(text(row, 6))}_{protocol}{text(row, 7)}"


def named_tables(snmpd):
    """{service: (row, {real server: (index, row)})}, but for real servers that left between
    the walk's columns."""
    services = snmpd.table(SERVICE)
    tables = {service_name(row): (row, {}) for row in services.values()}
    for index, row in snmpd.table(SERVER).items():
        if not {4, 5} <= row.keys():
            continue
        server = f"{address_of(text(row, 4))}_{text(row, 5)}"
        tables[service_name(services[index[:1]])][1][server] = (index, row)
    return tables
