// SPDX-License-Identifier: MIT
// Which line of keepalived's text dumps says what?
//
// Labels of keepalived 2.2.7, 2.3.3, 2.3.4 and 2.4.3; where a wording changed, both
// stand here. Blanks in front count: they tell an object from its parts.
#include "core/keepalived_labels.h"

#include "common/core/array.h"

// The words of the tables below, so that a line says one thing only.
#define OF(kind)    .of = VRRP_KEEPALIVED_##kind
#define OPENS(kind) .opens = VRRP_KEEPALIVED_##kind
#define LIST(kind)  .list = VRRP_KEEPALIVED_##kind
// clang-format off
#define TEXT(key, until) {key, VRRP_KEEPALIVED_TEXT, until}
#define NUMBER(key, until) {key, VRRP_KEEPALIVED_NUMBER, until}
#define AS(form, key) {key, VRRP_KEEPALIVED_##form, NULL}

static const struct vrrp_keepalived_label GLOBAL_LABELS[] = {
    {OF(GLOBAL), .begins = " Router ID = ", .pieces = {TEXT("router_id", NULL)}},
    {OF(GLOBAL), .begins = " Network namespace = ", .pieces = {TEXT("network_namespace", NULL)}},
    {OF(GLOBAL), .begins = " Smtp server = ", .pieces = {TEXT("smtp_server", NULL)}},
    {OF(GLOBAL), .begins = " Smtp server port = ", .pieces = {NUMBER("smtp_port", NULL)}},
    {OF(GLOBAL), .begins = " Smtp server connection timeout = ", .pieces = {NUMBER("smtp_timeout", NULL)}},
    {OF(GLOBAL), .begins = " Email notification from = ", .pieces = {TEXT("email_from", NULL)}},
    {OF(GLOBAL), .begins = " Email notification to:", LIST(EMAIL)},
    {OF(GLOBAL), .begins = " Send emails for fault transitions = off", .pieces = {AS(ONE, "no_fault_mail")}},
    {OF(GLOBAL), .begins = " Default smtp_alert = ", .pieces = {TEXT("smtp_alert", NULL)}},
    {OF(GLOBAL), .begins = " Default smtp_alert_vrrp = ", .pieces = {TEXT("smtp_alert_vrrp", NULL)}},
    {OF(GLOBAL), .begins = " Default smtp_alert_checker = ", .pieces = {TEXT("smtp_alert_checker", NULL)}},
    {OF(GLOBAL), .begins = " SNMP traps enabled", .pieces = {AS(ONE, "traps")}},
    {OF(GLOBAL), .begins = " SNMP traps disabled", .pieces = {AS(ZERO, "traps")}},
    {OF(GLOBAL), .begins = " DBus enabled", .pieces = {AS(ONE, "dbus")}},
    {OF(GLOBAL), .begins = " DBus disabled", .pieces = {AS(ZERO, "dbus")}},
    {OF(GLOBAL), .begins = " Dynamic interfaces = ", .pieces = {AS(FLAG_WORD, "dynamic_interfaces")}},
    {OF(GLOBAL), .begins = " LVS flush = ", .pieces = {AS(FLAG_WORD, "lvs_flush")}},
    {OF(GLOBAL), .begins = " LVS flush on stop = ", .pieces = {TEXT("lvs_flush_on_stop", NULL)}},
    {OF(GLOBAL), .begins = " Use VRRPv2 checksum for VRRPv3 IPv4 = ", .pieces = {AS(FLAG_WORD, "v3_checksum_as_v2")}},
    {OF(GLOBAL), .begins = " LVS syncd vrrp instance = ", .pieces = {TEXT("sync_instance", NULL)}},
    {OF(GLOBAL), .begins = " LVS syncd vrrp name = ", .pieces = {TEXT("sync_instance", NULL)}},
    {OF(GLOBAL), .begins = " LVS syncd interface = ", .pieces = {TEXT("sync_interface", NULL)}},
    {OF(GLOBAL), .begins = " LVS syncd syncid = ", .pieces = {NUMBER("sync_id", NULL)}},
    {OF(GLOBAL), .begins = " LVS syncd maxlen = ", .pieces = {NUMBER("sync_max_length", NULL)}},
    {OF(GLOBAL), .begins = " LVS mcast group ", .pieces = {TEXT("sync_group", NULL)}},
    {OF(GLOBAL), .begins = " LVS syncd mcast port = ", .pieces = {NUMBER("sync_port", NULL)}},
    {OF(GLOBAL), .begins = " LVS syncd mcast ttl = ", .pieces = {NUMBER("sync_ttl", NULL)}},
    {OF(EMAIL), .begins = "   ", OPENS(EMAIL), .pieces = {TEXT("address", NULL)}},
};

static const struct vrrp_keepalived_label STATIC_ADDRESSES_LABELS[] = {
    {OF(NOTHING), .begins = "     ", OPENS(STATIC_ADDRESS), .pieces = {TEXT("line", NULL)}},
};

static const struct vrrp_keepalived_label STATIC_ROUTES_LABELS[] = {
    {OF(NOTHING), .begins = "     ", OPENS(STATIC_ROUTE), .pieces = {TEXT("line", NULL)}},
};

static const struct vrrp_keepalived_label STATIC_RULES_LABELS[] = {
    {OF(NOTHING), .begins = "     ", OPENS(STATIC_RULE), .pieces = {TEXT("line", NULL)}},
};

static const struct vrrp_keepalived_label INSTANCES_LABELS[] = {
    {OF(NOTHING), .begins = " VRRP Instance = ", OPENS(INSTANCE), .pieces = {TEXT("name", NULL)}},
    {OF(INSTANCE), .begins = "   VRRP Version = ", .pieces = {NUMBER("version", NULL)}},
    {OF(INSTANCE), .begins = "   Sync group = ", .pieces = {TEXT("sync_group", NULL)}},
    {OF(INSTANCE), .begins = "   State = ", .pieces = {AS(STATE_WORD, "state")}},
    {OF(INSTANCE), .begins = "   Wantstate = ", .pieces = {AS(STATE_WORD, "wanted_state")}},
    {OF(INSTANCE), .begins = "   Using Native IPv6", .pieces = {AS(ONE, "ipv6")}},
    {OF(INSTANCE), .begins = "   Number of config faults = ", .pieces = {NUMBER("config_faults", NULL)}},
    {OF(INSTANCE), .begins = "   Number of tracker faults = ", .pieces = {NUMBER("tracker_faults", NULL)}},
    {OF(INSTANCE), .begins = "   Number of interface and track script faults = ", .pieces = {NUMBER("tracker_faults", NULL)}},
    {OF(INSTANCE), .begins = "   Flags of interface faults:", LIST(FLAG)},
    {OF(INSTANCE), .begins = "   Last transition = ", .pieces = {NUMBER("last_transition", NULL)}},
    {OF(INSTANCE), .begins = "   Interface = ", .pieces = {TEXT("interface", ", vmac on "), TEXT("base_interface", ", xmit base")}},
    {OF(INSTANCE), .begins = "   Multicast address ", .pieces = {TEXT("group", ", ifindex ")}},
    {OF(INSTANCE), .begins = "   Gratuitous ARP delay = ", .pieces = {NUMBER("garp_delay", NULL)}},
    {OF(INSTANCE), .begins = "   Virtual Router ID = ", .pieces = {NUMBER("vrid", NULL)}},
    {OF(INSTANCE), .begins = "   Priority = ", .pieces = {NUMBER("base_priority", NULL)}},
    {OF(INSTANCE), .begins = "   Effective priority = ", .pieces = {NUMBER("effective_priority", NULL)}},
    {OF(INSTANCE), .begins = "   Down timer adverts = ", .pieces = {NUMBER("down_adverts", NULL)}},
    {OF(INSTANCE), .begins = "   VRRPv3 uses VRRPv2 checksum = ", .pieces = {AS(FLAG_WORD, "v3_checksum_as_v2")}},
    {OF(INSTANCE), .begins = "   Unicast Peer :", LIST(UNICAST_PEER)},
    {OF(INSTANCE), .begins = "   Tracked interfaces :", LIST(TRACKS_INTERFACE)},
    {OF(INSTANCE), .begins = "   Tracked scripts :", LIST(TRACKS_SCRIPT)},
    {OF(INSTANCE), .begins = "   Tracked files :", LIST(TRACKS_FILE)},
    {OF(INSTANCE), .begins = "   Tracked processes :", LIST(TRACKS_PROCESS)},
    {OF(INSTANCE), .begins = "   Tracked BFDs :", LIST(TRACKS_BFD)},
    {OF(TRACKS_INTERFACE), .begins = "     ", OPENS(TRACKS_INTERFACE), .pieces = {TEXT("name", " weight "), AS(WEIGHT, "weight")}},
    {OF(TRACKS_SCRIPT), .begins = "     ", OPENS(TRACKS_SCRIPT), .pieces = {TEXT("name", " weight "), AS(WEIGHT, "weight")}},
    {OF(TRACKS_FILE), .begins = "     ", OPENS(TRACKS_FILE), .pieces = {TEXT("name", ", weight "), AS(WEIGHT, "weight")}},
    {OF(TRACKS_PROCESS), .begins = "     ", OPENS(TRACKS_PROCESS), .pieces = {TEXT("name", ", weight "), AS(WEIGHT, "weight")}},
    {OF(TRACKS_BFD), .begins = "     ", OPENS(TRACKS_BFD), .pieces = {TEXT("name", ": weight "), AS(WEIGHT, "weight")}},
    {OF(UNICAST_PEER), .begins = "     ", OPENS(UNICAST_PEER), .pieces = {TEXT("address", " min_ttl ")}},
    {OF(FLAG), .begins = "     ", OPENS(FLAG), .pieces = {TEXT("reason", NULL)}},
};

static const struct vrrp_keepalived_label SYNC_GROUPS_LABELS[] = {
    {OF(NOTHING), .begins = " VRRP Sync Group = ", OPENS(SYNC_GROUP), .pieces = {TEXT("name", ", "), AS(STATE_WORD, "state")}},
    {OF(SYNC_GROUP), .begins = "   VRRP member instances :", LIST(MEMBER)},
    {OF(SYNC_GROUP), .begins = "   sync group tracking weight set", .pieces = {AS(ONE, "tracking_weight")}},
    {OF(SYNC_GROUP), .begins = "   Using smtp notification = ", .pieces = {AS(FLAG_WORD, "smtp_alert")}},
    {OF(SYNC_GROUP), .begins = "   Tracked interfaces :", LIST(TRACKS_INTERFACE)},
    {OF(SYNC_GROUP), .begins = "   Tracked scripts :", LIST(TRACKS_SCRIPT)},
    {OF(SYNC_GROUP), .begins = "   Tracked files :", LIST(TRACKS_FILE)},
    {OF(SYNC_GROUP), .begins = "   Tracked process :", LIST(TRACKS_PROCESS)},
    {OF(SYNC_GROUP), .begins = "   Tracked BFDs :", LIST(TRACKS_BFD)},
    {OF(SYNC_GROUP), .begins = "   Backup state transition script = ", .pieces = {AS(SCRIPT_TEXT, "script_backup")}},
    {OF(SYNC_GROUP), .begins = "   Master state transition script = ", .pieces = {AS(SCRIPT_TEXT, "script_master")}},
    {OF(SYNC_GROUP), .begins = "   Fault state transition script = ", .pieces = {AS(SCRIPT_TEXT, "script_fault")}},
    {OF(SYNC_GROUP), .begins = "   Stop state transition script = ", .pieces = {AS(SCRIPT_TEXT, "script_stop")}},
    {OF(SYNC_GROUP), .begins = "   Deleted state transition script = ", .pieces = {AS(SCRIPT_TEXT, "script_deleted")}},
    {OF(SYNC_GROUP), .begins = "   Generic state transition script = ", .pieces = {AS(SCRIPT_TEXT, "script")}},
    {OF(SYNC_GROUP), .begins = "   Master rx lower pri state transition script = ", .pieces = {AS(SCRIPT_TEXT, "script_master_lower_priority")}},
    {OF(MEMBER), .begins = "     ", OPENS(MEMBER), .pieces = {TEXT("name", NULL)}},
    {OF(TRACKS_INTERFACE), .begins = "     ", OPENS(TRACKS_INTERFACE), .pieces = {TEXT("name", " weight "), AS(WEIGHT, "weight")}},
    {OF(TRACKS_SCRIPT), .begins = "     ", OPENS(TRACKS_SCRIPT), .pieces = {TEXT("name", " weight "), AS(WEIGHT, "weight")}},
    {OF(TRACKS_FILE), .begins = "     ", OPENS(TRACKS_FILE), .pieces = {TEXT("name", ", weight "), AS(WEIGHT, "weight")}},
    {OF(TRACKS_PROCESS), .begins = "     ", OPENS(TRACKS_PROCESS), .pieces = {TEXT("name", ", weight "), AS(WEIGHT, "weight")}},
    {OF(TRACKS_BFD), .begins = "     ", OPENS(TRACKS_BFD), .pieces = {TEXT("name", ": weight "), AS(WEIGHT, "weight")}},
};

static const struct vrrp_keepalived_label SCRIPTS_LABELS[] = {
    {OF(NOTHING), .begins = " VRRP Script = ", OPENS(TRACK_SCRIPT), .pieces = {TEXT("name", NULL)}},
    {OF(TRACK_SCRIPT), .begins = "   Command = ", .pieces = {TEXT("command", NULL)}},
    {OF(TRACK_SCRIPT), .begins = "   Path = ", .pieces = {TEXT("path", NULL)}},
    {OF(TRACK_SCRIPT), .begins = "   Interval = ", .pieces = {AS(SECONDS, "interval")}},
    {OF(TRACK_SCRIPT), .begins = "   Timeout = ", .pieces = {AS(SECONDS, "timeout")}},
    {OF(TRACK_SCRIPT), .begins = "   Weight = ", .pieces = {AS(WEIGHT, "weight")}},
    {OF(TRACK_SCRIPT), .begins = "   Rise = ", .pieces = {NUMBER("rise", NULL)}},
    {OF(TRACK_SCRIPT), .begins = "   Fall = ", .pieces = {NUMBER("fall", NULL)}},
    {OF(TRACK_SCRIPT), .begins = "   Result = ", .pieces = {NUMBER("run_length", NULL)}},
    {OF(TRACK_SCRIPT), .begins = "   Init state = ", .pieces = {TEXT("init_state", NULL)}},
    {OF(TRACK_SCRIPT), .begins = "   Status = ", .pieces = {TEXT("status", NULL)}},
    {OF(TRACK_SCRIPT), .begins = "   State = ", .pieces = {TEXT("activity", NULL)}},
};

static const struct vrrp_keepalived_label FILES_LABELS[] = {
    {OF(NOTHING), .begins = " Track file = ", OPENS(TRACK_FILE), .pieces = {TEXT("name", NULL)}},
    {OF(TRACK_FILE), .begins = "   File = ", .pieces = {TEXT("path", NULL)}},
    {OF(TRACK_FILE), .begins = "   Status = ", .pieces = {NUMBER("status", NULL)}},
    {OF(TRACK_FILE), .begins = "   Weight = ", .pieces = {AS(WEIGHT, "weight")}},
};

static const struct vrrp_keepalived_label PROCESSES_LABELS[] = {
    {OF(NOTHING), .begins = " VRRP Track process = ", OPENS(TRACK_PROCESS), .pieces = {TEXT("name", NULL)}},
    {OF(TRACK_PROCESS), .begins = "   Process = ", .pieces = {TEXT("path", NULL)}},
    {OF(TRACK_PROCESS), .begins = "   Parameters = ", .pieces = {TEXT("parameters", NULL)}},
    {OF(TRACK_PROCESS), .begins = "   Param match = ", .pieces = {TEXT("match", NULL)}},
    {OF(TRACK_PROCESS), .begins = "   Min processes = ", .pieces = {NUMBER("min", NULL)}},
    {OF(TRACK_PROCESS), .begins = "   Max processes = ", .pieces = {NUMBER("max", NULL)}},
    {OF(TRACK_PROCESS), .begins = "   Current processes = ", .pieces = {NUMBER("current", NULL)}},
    {OF(TRACK_PROCESS), .begins = "   Have quorum = ", .pieces = {AS(FLAG_WORD, "quorum")}},
    {OF(TRACK_PROCESS), .begins = "   Weight = ", .pieces = {AS(WEIGHT, "weight")}},
    {OF(TRACK_PROCESS), .begins = "   Terminate delay = ", .pieces = {AS(SECONDS, "terminate_delay")}},
    {OF(TRACK_PROCESS), .begins = "   Fork delay = ", .pieces = {AS(SECONDS, "fork_delay")}},
    {OF(TRACK_PROCESS), .begins = "   Full command = ", .pieces = {AS(FLAG_WORD, "full_command")}},
};

static const struct vrrp_keepalived_label BFDS_LABELS[] = {
    {OF(NOTHING), .begins = " VRRP Track BFD = ", OPENS(TRACK_BFD), .pieces = {TEXT("name", NULL)}},
    {OF(TRACK_BFD), .begins = "   Weight = ", .pieces = {AS(WEIGHT, "weight")}},
    {OF(TRACK_BFD), .begins = "   Bfd is up", .pieces = {AS(ONE, "up")}},
    {OF(TRACK_BFD), .begins = "   Bfd is down", .pieces = {AS(ZERO, "up")}},
};

static const struct vrrp_keepalived_label INTERFACES_LABELS[] = {
    {OF(NOTHING), .begins = " Name = ", OPENS(INTERFACE), .pieces = {TEXT("name", NULL)}},
    {OF(INTERFACE), .begins = "   index = ", .pieces = {NUMBER("ifindex", NULL)}},
    {OF(INTERFACE), .begins = "   State = ", .pieces = {TEXT("flags", NULL)}},
    {OF(INTERFACE), .begins = "   NIC netlink status update", .pieces = {AS(ONE, "netlink")}},
    {OF(INTERFACE), .begins = "   NIC ", .pieces = {AS(ZERO, "netlink")}},
};

static const struct vrrp_keepalived_label LVS_LABELS[] = {
    {OF(NOTHING), .begins = " System is compiled with LVS "},
    {OF(NOTHING), .begins = " ------< Virtual server"},
    {OF(NOTHING), .begins = " Virtual Server Group = ", OPENS(SERVER_GROUP), .pieces = {TEXT("name", ", IPv4 = ")}},
    {OF(SERVER_GROUP), .begins = "   VIP = ", OPENS(GROUP_ADDRESS), .pieces = {TEXT("address", ", VPORT = "), NUMBER("port", NULL)}},
    {OF(SERVER_GROUP), .begins = "   VIP Range = ", OPENS(GROUP_RANGE), .pieces = {TEXT("first", "-"), TEXT("last", ", VPORT = "), NUMBER("port", NULL)}},
    {OF(SERVER_GROUP), .begins = "   FWMARK = ", OPENS(GROUP_FWMARK), .pieces = {NUMBER("fwmark", NULL)}},
    {OF(NOTHING), .begins = " VS GROUP = [", OPENS(VIRTUAL_SERVER), .pieces = {TEXT("group", "]:")}},
    {OF(NOTHING), .begins = " VS FWMARK = ", OPENS(VIRTUAL_SERVER), .pieces = {NUMBER("fwmark", NULL)}},
    {OF(NOTHING), .begins = " VS VIP = ", OPENS(VIRTUAL_SERVER), .pieces = {TEXT("address", ", VPORT = "), NUMBER("port", NULL)}},
    {OF(VIRTUAL_SERVER), .begins = "   VirtualHost = ", .pieces = {TEXT("virtual_host", NULL)}},
    {OF(VIRTUAL_SERVER), .begins = "   SNMP name = ", .pieces = {AS(QUOTED, "name")}},
    {OF(VIRTUAL_SERVER), .begins = "   Address family = ", .pieces = {TEXT("family", NULL)}},
    {OF(VIRTUAL_SERVER), .begins = "   connection timeout = ", .pieces = {AS(SECONDS, "connection_timeout")}},
    {OF(VIRTUAL_SERVER), .begins = "   delay_loop = ", .pieces = {AS(SECONDS, "delay_loop")}},
    {OF(VIRTUAL_SERVER), .begins = "   lvs_sched = ", .pieces = {TEXT("scheduler", NULL)}},
    {OF(VIRTUAL_SERVER), .begins = "   Hashed = ", .pieces = {AS(FLAG_WORD, "hashed")}},
    {OF(VIRTUAL_SERVER), .begins = "   sh-port = ", .pieces = {AS(FLAG_WORD, "sh_port")}},
    {OF(VIRTUAL_SERVER), .begins = "   sh-fallback = ", .pieces = {AS(FLAG_WORD, "sh_fallback")}},
    {OF(VIRTUAL_SERVER), .begins = "   mh-port = ", .pieces = {AS(FLAG_WORD, "mh_port")}},
    {OF(VIRTUAL_SERVER), .begins = "   mh-fallback = ", .pieces = {AS(FLAG_WORD, "mh_fallback")}},
    {OF(VIRTUAL_SERVER), .begins = "   flag-1 = ", .pieces = {AS(FLAG_WORD, "flag_1")}},
    {OF(VIRTUAL_SERVER), .begins = "   flag-2 = ", .pieces = {AS(FLAG_WORD, "flag_2")}},
    {OF(VIRTUAL_SERVER), .begins = "   flag-3 = ", .pieces = {AS(FLAG_WORD, "flag_3")}},
    {OF(VIRTUAL_SERVER), .begins = "   One packet scheduling = ", .pieces = {AS(FLAG_WORD, "one_packet")}},
    {OF(VIRTUAL_SERVER), .begins = "   persistence timeout = ", .pieces = {NUMBER("persistence_timeout", NULL)}},
    {OF(VIRTUAL_SERVER), .begins = "   persistence granularity = ", .pieces = {TEXT("persistence_granularity", NULL)}},
    {OF(VIRTUAL_SERVER), .begins = "   protocol = ", .pieces = {TEXT("protocol", NULL)}},
    {OF(VIRTUAL_SERVER), .begins = "   alpha is ON", .pieces = {AS(ONE, "alpha")}},
    {OF(VIRTUAL_SERVER), .begins = "   alpha is OFF", .pieces = {AS(ZERO, "alpha")}},
    {OF(VIRTUAL_SERVER), .begins = "   omega is ON", .pieces = {AS(ONE, "omega")}},
    {OF(VIRTUAL_SERVER), .begins = "   omega is OFF", .pieces = {AS(ZERO, "omega")}},
    {OF(VIRTUAL_SERVER), .begins = "   Retry count = ", .pieces = {NUMBER("retry", NULL)}},
    {OF(VIRTUAL_SERVER), .begins = "   Retry delay = ", .pieces = {AS(SECONDS, "retry_delay")}},
    {OF(VIRTUAL_SERVER), .begins = "   Warmup = ", .pieces = {AS(SECONDS, "warmup")}},
    {OF(VIRTUAL_SERVER), .begins = "   Inhibit on failure is ON", .pieces = {AS(ONE, "inhibit")}},
    {OF(VIRTUAL_SERVER), .begins = "   Inhibit on failure is OFF", .pieces = {AS(ZERO, "inhibit")}},
    {OF(VIRTUAL_SERVER), .begins = "   quorum = ", .pieces = {NUMBER("quorum", ", hysteresis = "), NUMBER("hysteresis", NULL)}},
    {OF(VIRTUAL_SERVER), .begins = "   Quorum up notify script = ", .pieces = {AS(SCRIPT_TEXT, "quorum_up")}},
    {OF(VIRTUAL_SERVER), .begins = "   Quorum down notify script = ", .pieces = {AS(SCRIPT_TEXT, "quorum_down")}},
    {OF(VIRTUAL_SERVER), .begins = "   Using HA suspend", .pieces = {AS(ONE, "ha_suspend")}},
    {OF(VIRTUAL_SERVER), .begins = "   Using smtp notification = ", .pieces = {AS(FLAG_WORD, "smtp_alert")}},
    {OF(VIRTUAL_SERVER), .begins = "   default forwarding method = ", .pieces = {AS(TUNNEL, "forwarding")}},
    {OF(VIRTUAL_SERVER), .begins = "   alive = ", .pieces = {NUMBER("alive", NULL)}},
    {OF(VIRTUAL_SERVER), .begins = "   VS alive = ", .pieces = {NUMBER("alive", NULL)}},
    {OF(VIRTUAL_SERVER), .begins = "   quorum_state_up = ", .pieces = {NUMBER("quorum_up_now", NULL)}},
    {OF(VIRTUAL_SERVER), .begins = "   reloaded = "},
    {OF(VIRTUAL_SERVER), .begins = "   ------< Real server >------"},
    {OF(VIRTUAL_SERVER), .begins = "   sorry server = [", OPENS(SORRY_SERVER), .pieces = {TEXT("address", "]:"), TEXT(NULL, ":"), NUMBER("port", NULL)}},
    {OF(SORRY_SERVER), .begins = "     forwarding method = ", .pieces = {AS(TUNNEL, "forwarding")}},
    {OF(SORRY_SERVER), .begins = "     Inhibit on failure is ON", .pieces = {AS(ONE, "inhibit")}},
    {OF(SORRY_SERVER), .begins = "     Inhibit on failure is OFF", .pieces = {AS(ZERO, "inhibit")}},
    {OF(SORRY_SERVER), .begins = "     set = ", .pieces = {NUMBER("set", NULL)}},
    {OF(SORRY_SERVER), .begins = "     alive = ", .pieces = {NUMBER("alive", NULL)}},
    {OF(VIRTUAL_SERVER), .begins = "   RIP = ", OPENS(REAL_SERVER), .pieces = {TEXT("address", ", RPORT = "), NUMBER("port", ", WEIGHT = ")}},
    {OF(REAL_SERVER), .begins = "   forwarding method = ", .pieces = {AS(TUNNEL, "forwarding")}},
    {OF(REAL_SERVER), .begins = "   Alpha is ON", .pieces = {AS(ONE, "alpha")}},
    {OF(REAL_SERVER), .begins = "   Alpha is OFF", .pieces = {AS(ZERO, "alpha")}},
    {OF(REAL_SERVER), .begins = "   connection timeout = ", .pieces = {AS(SECONDS, "connection_timeout")}},
    {OF(REAL_SERVER), .begins = "   connection limit range = ", .pieces = {NUMBER("lower_limit", " -> "), NUMBER("upper_limit", NULL)}},
    {OF(REAL_SERVER), .begins = "   Delay loop = ", .pieces = {AS(SECONDS, "delay_loop")}},
    {OF(REAL_SERVER), .begins = "   Retry count = ", .pieces = {NUMBER("retry", NULL)}},
    {OF(REAL_SERVER), .begins = "   Retry delay = ", .pieces = {AS(SECONDS, "retry_delay")}},
    {OF(REAL_SERVER), .begins = "   Warmup = ", .pieces = {AS(SECONDS, "warmup")}},
    {OF(REAL_SERVER), .begins = "   Inhibit on failure is ON", .pieces = {AS(ONE, "inhibit")}},
    {OF(REAL_SERVER), .begins = "   Inhibit on failure is OFF", .pieces = {AS(ZERO, "inhibit")}},
    {OF(REAL_SERVER), .begins = "   RS up notify script = ", .pieces = {AS(SCRIPT_TEXT, "notify_up")}},
    {OF(REAL_SERVER), .begins = "   RS down notify script = ", .pieces = {AS(SCRIPT_TEXT, "notify_down")}},
    {OF(REAL_SERVER), .begins = "     RS up notify script = ", .pieces = {AS(SCRIPT_TEXT, "notify_up")}},
    {OF(REAL_SERVER), .begins = "     RS down notify script = ", .pieces = {AS(SCRIPT_TEXT, "notify_down")}},
    {OF(REAL_SERVER), .begins = "    VirtualHost = ", .pieces = {AS(QUOTED, "virtual_host")}},
    {OF(REAL_SERVER), .begins = "   SNMP name = ", .pieces = {TEXT("name", NULL)}},
    {OF(REAL_SERVER), .begins = "   Using smtp notification = ", .pieces = {AS(FLAG_WORD, "smtp_alert")}},
    {OF(REAL_SERVER), .begins = "   initial weight = ", .pieces = {NUMBER("initial_weight", NULL)}},
    {OF(REAL_SERVER), .begins = "   effective weight = ", .pieces = {NUMBER("weight", NULL)}},
    {OF(REAL_SERVER), .begins = "   alive = ", .pieces = {NUMBER("alive", NULL)}},
    {OF(REAL_SERVER), .begins = "   num failed checkers = ", .pieces = {NUMBER("failed_checkers", NULL)}},
    {OF(REAL_SERVER), .begins = "   RS set = ", .pieces = {NUMBER("set", NULL)}},
    {OF(REAL_SERVER), .begins = "   reloaded = "},
    {OF(REAL_SERVER), .begins = "   previous effective_weight = "},
    {OF(REAL_SERVER), .begins = "   ------< Real server >------"},
};

static const struct vrrp_keepalived_label CHECKERS_LABELS[] = {
    {OF(NOTHING), .begins = " [", OPENS(CHECKER), .pieces = {TEXT("virtual", " -> ["), TEXT("real", NULL)}},
    {OF(NOTHING), .begins = " FWM ", OPENS(CHECKER), .pieces = {TEXT("virtual", " -> ["), TEXT("real", NULL)}},
    {OF(CHECKER), .begins = "   Enabled = ", .pieces = {AS(FLAG_WORD, "enabled")}},
    {OF(CHECKER), .begins = "   Up = ", .pieces = {AS(FLAG_WORD, "up")}},
    {OF(CHECKER), .begins = "   Has run = ", .pieces = {AS(FLAG_WORD, "has_run")}},
    {OF(CHECKER), .begins = "   Keepalive method = ", .pieces = {TEXT("method", NULL)}},
};

#define SECTION(title, begins, labels)                                                   \
  {title, VRRP_KEEPALIVED_##begins, labels, sizeof(labels) / sizeof((labels)[0])}

const struct vrrp_keepalived_labels VRRP_KEEPALIVED_LABELS[] = {
    [VRRP_KEEPALIVED_SECTION_GLOBAL] = SECTION("Global definitions", GLOBAL, GLOBAL_LABELS),
    [VRRP_KEEPALIVED_SECTION_STATIC_ADDRESSES] = SECTION("Static Addresses", NOTHING, STATIC_ADDRESSES_LABELS),
    [VRRP_KEEPALIVED_SECTION_STATIC_ROUTES] = SECTION("Static Routes", NOTHING, STATIC_ROUTES_LABELS),
    [VRRP_KEEPALIVED_SECTION_STATIC_RULES] = SECTION("Static Rules", NOTHING, STATIC_RULES_LABELS),
    [VRRP_KEEPALIVED_SECTION_INSTANCES] = SECTION("VRRP Topology", NOTHING, INSTANCES_LABELS),
    [VRRP_KEEPALIVED_SECTION_SYNC_GROUPS] = SECTION("VRRP Sync groups", NOTHING, SYNC_GROUPS_LABELS),
    [VRRP_KEEPALIVED_SECTION_SCRIPTS] = SECTION("VRRP Scripts", NOTHING, SCRIPTS_LABELS),
    [VRRP_KEEPALIVED_SECTION_FILES] = SECTION("VRRP Track files", NOTHING, FILES_LABELS),
    [VRRP_KEEPALIVED_SECTION_PROCESSES] = SECTION("VRRP Track processes", NOTHING, PROCESSES_LABELS),
    [VRRP_KEEPALIVED_SECTION_BFDS] = SECTION("VRRP Track BFDs", NOTHING, BFDS_LABELS),
    [VRRP_KEEPALIVED_SECTION_INTERFACES] = SECTION("Interfaces", NOTHING, INTERFACES_LABELS),
    [VRRP_KEEPALIVED_SECTION_LVS] = SECTION("LVS Topology", NOTHING, LVS_LABELS),
    [VRRP_KEEPALIVED_SECTION_CHECKERS] = SECTION("Health checkers", NOTHING, CHECKERS_LABELS),
};
// clang-format on

_Static_assert(HA_COUNT_OF(VRRP_KEEPALIVED_LABELS) == VRRP_KEEPALIVED_SECTIONS,
               "labels for each section");
