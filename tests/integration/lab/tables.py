# SPDX-License-Identifier: MIT
"""A router's VRRP tables as one real walk showed them, a row a virtual router."""

import dataclasses

from . import oids


@dataclasses.dataclass(frozen=True)
class OperRow:
    """A row of vrrpOperTable with its addresses and statistics; None: not served."""

    state: int
    priority: int
    master: str
    interval: int
    virtual_mac: str
    auth_type: int
    address_count: int
    addresses: tuple
    times_master: int


def _number(cell):
    return int(cell) if cell is not None else None


def oper_rows(router):
    """{vrid: OperRow} of the router's eth0, from one walk of VRRP-MIB by snmpbulkwalk."""
    table = {oid: value for oid, (_, value) in router.walk(oids.VRRP_MIB).items()}
    vrids = {int(oid.split(".")[-1]) for oid in table
             if oid.startswith(f"{oids.OPER_STATE}.{router.eth0}.")}
    return {vrid: _row(table, router.index(vrid)) for vrid in vrids}


def _row(table, index):
    def cell(column):
        return table.get(f"{column}.{index}")
    prefix = f"{oids.ASSO_ROW_STATUS}.{index}."
    return OperRow(
        state=_number(cell(oids.OPER_STATE)),
        priority=_number(cell(oids.OPER_PRIORITY)),
        master=cell(oids.OPER_MASTER),
        interval=_number(cell(oids.OPER_INTERVAL)),
        virtual_mac=cell(oids.OPER_VIRTUAL_MAC),
        auth_type=_number(cell(oids.OPER_AUTH_TYPE)),
        address_count=_number(cell(oids.OPER_ADDRESS_COUNT)),
        addresses=tuple(oid.removeprefix(prefix) for oid in table if oid.startswith(prefix)),
        times_master=_number(cell(oids.STATS_BECOME_MASTER)))
