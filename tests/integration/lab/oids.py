# SPDX-License-Identifier: MIT
"""Objects of VRRP-MIB (RFC 2787) and VRRPV3-MIB (RFC 6527) by number, as managers ask for them."""

VRRP_MIB = "1.3.6.1.2.1.68"
OPER_TABLE = VRRP_MIB + ".1.3"
OPER_ENTRY = OPER_TABLE + ".1"  # index: ifIndex.vrid
OPER_VIRTUAL_MAC = OPER_ENTRY + ".2"
OPER_STATE = OPER_ENTRY + ".3"
OPER_PRIORITY = OPER_ENTRY + ".5"
OPER_ADDRESS_COUNT = OPER_ENTRY + ".6"
OPER_MASTER = OPER_ENTRY + ".7"
OPER_AUTH_TYPE = OPER_ENTRY + ".9"
OPER_INTERVAL = OPER_ENTRY + ".11"
ASSO_TABLE = VRRP_MIB + ".1.4"
ASSO_ROW_STATUS = ASSO_TABLE + ".1.2"  # index: ifIndex.vrid.address
STATISTICS = VRRP_MIB + ".2"
STATS_ENTRY = STATISTICS + ".4.1"
STATS_BECOME_MASTER = STATS_ENTRY + ".1"
STATS_RECEIVED = STATS_ENTRY + ".2"

INITIALIZE, BACKUP, MASTER = 1, 2, 3  # vrrpOperState and vrrpv3OperationsStatus alike

VRRPV3_MIB = "1.3.6.1.2.1.207"
V3_ENTRY = VRRPV3_MIB + ".1.1.1.1"  # index: ifIndex.vrid.addrType as keepalived has it
V3_MASTER = V3_ENTRY + ".3"
V3_STATUS = V3_ENTRY + ".6"
V3_PRIORITY = V3_ENTRY + ".7"
V3_ADDRESS_COUNT = V3_ENTRY + ".8"
V3_INTERVAL = V3_ENTRY + ".9"  # centiseconds
V3_ASSO_ROW_STATUS = VRRPV3_MIB + ".1.1.2.1.2"

KEEPALIVED_STATE = "1.3.6.1.4.1.9586.100.5.2.3.1.4"  # vrrpInstanceState: 2 is master
