// SPDX-License-Identifier: MIT
// Which properties that are no numbers over time does a server have?
//
// One table a kind of server: a fact is a key and the function that knows it.

#include "core/facts.h"

#include "common/core/array.h"

#include <linux/ip_vs.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

// Fills number or text and returns true, or returns false: does not apply.
typedef bool know_fn(const void *object, struct ipvs_fact *fact);

struct known {
  const char *key;
  know_fn *know;
};

static bool number(struct ipvs_fact *fact, uint64_t value) {
  fact->is_number = true;
  fact->number = value;
  return true;
}

static bool number_unless_zero(struct ipvs_fact *fact, uint64_t value) {
  return value != 0 && number(fact, value);
}

static bool text(struct ipvs_fact *fact, const char *value) {
  if (value == NULL || value[0] == '\0')
    return false;
  snprintf(fact->text, sizeof(fact->text), "%s", value);
  return true;
}

static bool address(struct ipvs_fact *fact, uint16_t family, const uint8_t bytes[16]) {
  char value[IPVS_ADDRESS_TEXT_MAX];
  ipvs_address_text(family, bytes, value);
  return text(fact, value);
}

static bool flag(struct ipvs_fact *fact, const struct ipvs_service *service,
                 uint32_t mask) {
  return number(fact, (service->flags & mask) != 0);
}

static bool service_kind(const void *object, struct ipvs_fact *fact) {
  const struct ipvs_service *service = object;
  return text(fact, service->key.fwmark != 0 ? "fwmark" : "ip");
}

static bool service_family(const void *object, struct ipvs_fact *fact) {
  const struct ipvs_service *service = object;
  return text(fact, ipvs_family_text(service->key.family));
}

static bool service_address(const void *object, struct ipvs_fact *fact) {
  const struct ipvs_service *service = object;
  return service->key.fwmark == 0 &&
         address(fact, service->key.family, service->key.address);
}

static bool service_port(const void *object, struct ipvs_fact *fact) {
  const struct ipvs_service *service = object;
  return service->key.fwmark == 0 && number(fact, service->key.port);
}

static bool service_protocol(const void *object, struct ipvs_fact *fact) {
  const struct ipvs_service *service = object;
  if (service->key.fwmark != 0)
    return false;
  const char *name = ipvs_protocol_text(service->key.protocol);
  return text(fact, name != NULL ? name : "other");
}

static bool service_fwmark(const void *object, struct ipvs_fact *fact) {
  const struct ipvs_service *service = object;
  return number_unless_zero(fact, service->key.fwmark);
}

static bool service_scheduler(const void *object, struct ipvs_fact *fact) {
  return text(fact, ((const struct ipvs_service *)object)->scheduler);
}

static bool service_engine(const void *object, struct ipvs_fact *fact) {
  return text(fact, ((const struct ipvs_service *)object)->persistence_engine);
}

static bool service_forwarding(const void *object, struct ipvs_fact *fact) {
  const struct ipvs_service *service = object;
  for (size_t i = 1; i < service->destination_count; i++)
    if (service->destinations[i].forwarding != service->destinations[0].forwarding)
      return false;
  return service->destination_count > 0 &&
         text(fact, ipvs_forwarding_text(service->destinations[0].forwarding));
}

static bool is_persistent(const struct ipvs_service *service) {
  return (service->flags & IP_VS_SVC_F_PERSISTENT) != 0;
}

static bool service_persistent(const void *object, struct ipvs_fact *fact) {
  return flag(fact, object, IP_VS_SVC_F_PERSISTENT);
}

static bool service_timeout(const void *object, struct ipvs_fact *fact) {
  const struct ipvs_service *service = object;
  return is_persistent(service) && number(fact, service->timeout);
}

static bool service_netmask(const void *object, struct ipvs_fact *fact) {
  const struct ipvs_service *service = object;
  uint8_t mask[16] = {0};
  memcpy(mask, &service->netmask, sizeof(service->netmask));
  return service->key.family == AF_INET && address(fact, AF_INET, mask);
}

static bool service_prefix_length(const void *object, struct ipvs_fact *fact) {
  const struct ipvs_service *service = object;
  return service->key.family == AF_INET6 && number(fact, service->netmask);
}

static bool service_hashed(const void *object, struct ipvs_fact *fact) {
  return flag(fact, object, IP_VS_SVC_F_HASHED);
}

static bool service_one_packet(const void *object, struct ipvs_fact *fact) {
  return flag(fact, object, IP_VS_SVC_F_ONEPACKET);
}

static bool service_sched1(const void *object, struct ipvs_fact *fact) {
  return flag(fact, object, IP_VS_SVC_F_SCHED1);
}

static bool service_sched2(const void *object, struct ipvs_fact *fact) {
  return flag(fact, object, IP_VS_SVC_F_SCHED2);
}

static bool service_sched3(const void *object, struct ipvs_fact *fact) {
  return flag(fact, object, IP_VS_SVC_F_SCHED3);
}

static const struct known service_table[] = {
    {"kind", service_kind},
    {"family", service_family},
    {"address", service_address},
    {"port", service_port},
    {"protocol", service_protocol},
    {"fwmark", service_fwmark},
    {"scheduler", service_scheduler},
    {"persistence_engine", service_engine},
    {"forwarding", service_forwarding},
    {"persistent", service_persistent},
    {"persistence_timeout", service_timeout},
    {"netmask", service_netmask},
    {"prefix_length", service_prefix_length},
    {"hashed", service_hashed},
    {"one_packet", service_one_packet},
    {"sched1", service_sched1},
    {"sched2", service_sched2},
    {"sched3", service_sched3},
};

static bool destination_family(const void *object, struct ipvs_fact *fact) {
  const struct ipvs_destination *destination = object;
  return text(fact, ipvs_family_text(destination->key.family));
}

static bool destination_address(const void *object, struct ipvs_fact *fact) {
  const struct ipvs_destination *destination = object;
  return address(fact, destination->key.family, destination->key.address);
}

static bool destination_port(const void *object, struct ipvs_fact *fact) {
  return number(fact, ((const struct ipvs_destination *)object)->key.port);
}

static bool destination_forwarding(const void *object, struct ipvs_fact *fact) {
  const struct ipvs_destination *destination = object;
  return text(fact, ipvs_forwarding_text(destination->forwarding));
}

static bool destination_upper(const void *object, struct ipvs_fact *fact) {
  const struct ipvs_destination *destination = object;
  return number_unless_zero(fact, destination->upper_threshold);
}

static bool destination_lower(const void *object, struct ipvs_fact *fact) {
  const struct ipvs_destination *destination = object;
  return number_unless_zero(fact, destination->lower_threshold);
}

static bool is_tunnel(const struct ipvs_destination *destination) {
  return destination->forwarding == IP_VS_CONN_F_TUNNEL;
}

static bool destination_tunnel_type(const void *object, struct ipvs_fact *fact) {
  static const char *const types[] = {
      [IP_VS_CONN_F_TUNNEL_TYPE_IPIP] = "ipip",
      [IP_VS_CONN_F_TUNNEL_TYPE_GUE] = "gue",
      [IP_VS_CONN_F_TUNNEL_TYPE_GRE] = "gre",
  };
  _Static_assert(HA_COUNT_OF(types) == IP_VS_CONN_F_TUNNEL_TYPE_MAX,
                 "every type has a name");
  const struct ipvs_destination *destination = object;
  return is_tunnel(destination) && destination->tunnel_type < HA_COUNT_OF(types) &&
         text(fact, types[destination->tunnel_type]);
}

static bool destination_tunnel_port(const void *object, struct ipvs_fact *fact) {
  const struct ipvs_destination *destination = object;
  return is_tunnel(destination) &&
         destination->tunnel_type == IP_VS_CONN_F_TUNNEL_TYPE_GUE &&
         number(fact, destination->tunnel_port);
}

static bool destination_tunnel_checksum(const void *object, struct ipvs_fact *fact) {
  const struct ipvs_destination *destination = object;
  if (!is_tunnel(destination) ||
      destination->tunnel_type == IP_VS_CONN_F_TUNNEL_TYPE_IPIP)
    return false;
  if ((destination->tunnel_flags & IP_VS_TUNNEL_ENCAP_FLAG_REMCSUM) != 0)
    return text(fact, "remote");
  return text(fact, (destination->tunnel_flags & IP_VS_TUNNEL_ENCAP_FLAG_CSUM) != 0
                        ? "yes"
                        : "no");
}

static const struct known destination_table[] = {
    {"family", destination_family},
    {"address", destination_address},
    {"port", destination_port},
    {"forwarding", destination_forwarding},
    {"upper_threshold", destination_upper},
    {"lower_threshold", destination_lower},
    {"tunnel_type", destination_tunnel_type},
    {"tunnel_port", destination_tunnel_port},
    {"tunnel_checksum", destination_tunnel_checksum},
};

static bool daemon_interface(const void *object, struct ipvs_fact *fact) {
  return text(fact, ((const struct ipvs_daemon *)object)->interface);
}

static bool daemon_sync_id(const void *object, struct ipvs_fact *fact) {
  return number(fact, ((const struct ipvs_daemon *)object)->sync_id);
}

static bool daemon_max_length(const void *object, struct ipvs_fact *fact) {
  return number_unless_zero(fact, ((const struct ipvs_daemon *)object)->max_length);
}

static bool daemon_port(const void *object, struct ipvs_fact *fact) {
  return number_unless_zero(fact, ((const struct ipvs_daemon *)object)->port);
}

static bool daemon_ttl(const void *object, struct ipvs_fact *fact) {
  return number_unless_zero(fact, ((const struct ipvs_daemon *)object)->ttl);
}

static bool daemon_group(const void *object, struct ipvs_fact *fact) {
  const struct ipvs_daemon *daemon = object;
  return daemon->group_family != 0 && address(fact, daemon->group_family, daemon->group);
}

static const struct known daemon_table[] = {
    {"interface", daemon_interface},
    {"sync_id", daemon_sync_id},
    {"max_length", daemon_max_length},
    {"port", daemon_port},
    {"ttl", daemon_ttl},
    {"group", daemon_group},
};

static void tell(const struct known *table, size_t length, const void *object,
                 ipvs_fact_fn *told, void *context) {
  for (size_t i = 0; i < length; i++) {
    struct ipvs_fact fact = {.key = table[i].key};
    if (table[i].know(object, &fact))
      told(context, &fact);
  }
}

void ipvs_service_facts(const struct ipvs_service *service, ipvs_fact_fn *told,
                        void *context) {
  tell(service_table, HA_COUNT_OF(service_table), service, told, context);
}

void ipvs_destination_facts(const struct ipvs_destination *destination,
                            ipvs_fact_fn *told, void *context) {
  tell(destination_table, HA_COUNT_OF(destination_table), destination, told, context);
}

void ipvs_daemon_facts(const struct ipvs_daemon *daemon, ipvs_fact_fn *told,
                       void *context) {
  tell(daemon_table, HA_COUNT_OF(daemon_table), daemon, told, context);
}
