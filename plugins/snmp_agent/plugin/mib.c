// SPDX-License-Identifier: MIT
// What do the MIB files that are installed here say of an OID?
#include "plugin/mib.h"

#include "common/core/array.h"

#include <errno.h>
#include <stdlib.h>

#include <net-snmp/net-snmp-config.h>
#include <net-snmp/net-snmp-includes.h>

static bool mibs_read;

static void read_mibs_once(void) {
  if (mibs_read)
    return;
  mibs_read = true;
  // Default Debian lacks most of the modules that Net-SNMP loads by itself, and each
  // lack makes it talk; what is really missed here is told by the one who asked for it.
  netsnmp_log_handler *quiet =
      netsnmp_register_loghandler(NETSNMP_LOGHANDLER_NONE, LOG_DEBUG);
  register_mib_handlers();
  read_premib_configs(); // snmp.conf: mibdirs, mibs and the like
  netsnmp_init_mib();
  if (quiet != NULL)
    netsnmp_remove_loghandler(quiet);
}

int mib_parse_oid(const char *text, struct oid *ret_oid) {
  if (oid_parse(text, ret_oid) == 0)
    return 0;
  read_mibs_once();
  oid name[MAX_OID_LEN];
  size_t length = MAX_OID_LEN;
  if (snmp_parse_oid(text, name, &length) == NULL || length > OID_LENGTH_MAX)
    return -ENOENT;
  for (size_t i = 0; i < length; i++)
    if (name[i] > UINT32_MAX) // Net-SNMP's sub-identifiers are longs
      return -ENOENT;
  ret_oid->length = length;
  for (size_t i = 0; i < length; i++)
    ret_oid->sub[i] = (uint32_t)name[i];
  return 0;
}

// A textual convention that is a syntax of ours tells more than its base type.
static int syntax_of_convention(const struct tree *node, enum syntax *ret) {
  const char *name = get_tc_descriptor(node->tc_index);
  return name != NULL ? syntax_by_name(name, ret) : -ENOENT;
}

static int syntax_of_type(const struct tree *node, enum syntax *ret) {
  static const struct {
    int type;
    enum syntax syntax;
  } syntaxes[] = {
      {TYPE_INTEGER, SYNTAX_INTEGER32},      {TYPE_INTEGER32, SYNTAX_INTEGER32},
      {TYPE_UINTEGER, SYNTAX_UNSIGNED32},    {TYPE_UNSIGNED32, SYNTAX_UNSIGNED32},
      {TYPE_GAUGE, SYNTAX_GAUGE32},          {TYPE_COUNTER, SYNTAX_COUNTER32},
      {TYPE_COUNTER64, SYNTAX_COUNTER64},    {TYPE_TIMETICKS, SYNTAX_TIME_TICKS},
      {TYPE_OCTETSTR, SYNTAX_OCTET_STRING},  {TYPE_IPADDR, SYNTAX_IP_ADDRESS},
      {TYPE_NETADDR, SYNTAX_IP_ADDRESS},     {TYPE_OBJID, SYNTAX_OBJECT_IDENTIFIER},
      {TYPE_BITSTRING, SYNTAX_OCTET_STRING}, {TYPE_OPAQUE, SYNTAX_FLOAT},
  };
  for (size_t i = 0; i < HA_COUNT_OF(syntaxes); i++) {
    if (syntaxes[i].type != node->type)
      continue;
    *ret = syntaxes[i].syntax;
    return 0;
  }
  return -ENOENT;
}

static size_t depth_of(const struct tree *node) {
  size_t depth = 0;
  for (; node != NULL; node = node->parent)
    depth++;
  return depth;
}

static const struct tree *node_of(const struct oid *oid_) {
  oid name[OID_LENGTH_MAX];
  for (size_t i = 0; i < oid_->length; i++)
    name[i] = oid_->sub[i];
  return get_tree(name, oid_->length, get_tree_head());
}

// A column's entry has the INDEX clause, its own or, by AUGMENTS, another's.
static void describe_index(const struct tree *column, struct mib_object *ret) {
  const struct tree *entry = column->parent;
  if (entry != NULL && entry->indexes == NULL && entry->augments != NULL)
    entry = find_tree_node(entry->augments, -1);
  for (const struct index_list *i = entry != NULL ? entry->indexes : NULL;
       i != NULL && ret->index_count < MIB_INDEX_MAX; i = i->next) {
    ret->index[ret->index_count++] = i->ilabel;
    ret->implied = i->isimplied;
  }
}

// Net-SNMP keeps all bounds as int.
static struct range range_of(const struct tree *node, const struct range_list *r) {
  bool is_unsigned = node->type == TYPE_UNSIGNED32 || node->type == TYPE_UINTEGER ||
                     node->type == TYPE_GAUGE;
  return is_unsigned ? (struct range){(uint32_t)r->low, (uint32_t)r->high}
                     : (struct range){r->low, r->high};
}

// Returns how many there are; `ranges` is filled unless it is NULL.
static size_t fill_ranges(const struct tree *node, struct range *ranges) {
  size_t n = 0;
  for (const struct range_list *r = node->ranges; r != NULL; r = r->next, n++)
    if (ranges != NULL)
      ranges[n] = range_of(node, r);
  bool is_enumeration = node->type == TYPE_INTEGER; // the names of BITS are places
  for (const struct enum_list *e = is_enumeration ? node->enums : NULL; e != NULL;
       e = e->next, n++)
    if (ranges != NULL)
      ranges[n] = (struct range){e->value, e->value};
  return n;
}

void mib_ranges(const struct oid *oid_, struct range **ret_ranges, size_t *ret_count) {
  const struct tree *node = mibs_read ? node_of(oid_) : NULL;
  size_t count =
      node != NULL && depth_of(node) + 1 >= oid_->length ? fill_ranges(node, NULL) : 0;
  *ret_ranges = count > 0 ? calloc(count, sizeof(**ret_ranges)) : NULL;
  *ret_count = *ret_ranges != NULL ? fill_ranges(node, *ret_ranges) : 0;
}

int mib_describe(const struct oid *oid_, struct mib_object *ret_object) {
  const struct tree *node = mibs_read ? node_of(oid_) : NULL;
  if (node == NULL || depth_of(node) + 1 < oid_->length || node->access == 0)
    return -ENOENT;
  *ret_object = (struct mib_object){
      .name = node->label,
      .units = node->units,
      .accessible = node->access != MIB_ACCESS_NOACCESS,
      .writable =
          node->access == MIB_ACCESS_READWRITE || node->access == MIB_ACCESS_CREATE,
  };
  describe_index(node, ret_object);
  return 0;
}

int mib_syntax(const struct oid *oid_, enum syntax *ret_syntax, bool *ret_whole) {
  read_mibs_once();
  const struct tree *node = node_of(oid_);
  if (node == NULL || (syntax_of_convention(node, ret_syntax) != 0 &&
                       syntax_of_type(node, ret_syntax) != 0))
    return -ENOENT;
  *ret_whole = depth_of(node) == oid_->length;
  return 0;
}
