// SPDX-License-Identifier: MIT
// How is keepalived's JSON dump read?
#include "core/keepalived_json.h"

#include "core/keepalived_fields.h"

#include <errno.h>
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const struct {
  const char *key;
  int (*parse)(const char *line, struct vrrp_keepalived_item *ret_item);
} ITEMS[] = {
    [VRRP_KEEPALIVED_VIPS] = {"vips", vrrp_keepalived_address_parse},
    [VRRP_KEEPALIVED_EXCLUDED_VIPS] = {"evips", vrrp_keepalived_address_parse},
    [VRRP_KEEPALIVED_ROUTES] = {"vroutes", vrrp_keepalived_route_parse},
    [VRRP_KEEPALIVED_RULES] = {"vrules", vrrp_keepalived_rule_parse},
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
_Static_assert(COUNT(ITEMS) == VRRP_KEEPALIVED_ITEM_LISTS, "a row for each list");

// --- passwords ------------------------------------------------------------

static size_t skip_blanks(const uint8_t *bytes, size_t at, size_t length) {
  // NOLINTNEXTLINE(bugprone-not-null-terminated-result): four bytes, no text
  while (at < length && memchr(" \t\r\n", bytes[at], 4) != NULL)
    at++;
  return at;
}

// Overwrites a string's inside from `at` on; returns where it ends. An escaped
// character stays two bytes long.
static size_t blank_string(uint8_t *bytes, size_t at, size_t length) {
  while (at < length && bytes[at] != '"') {
    bool escaped = bytes[at] == '\\' && at + 1 < length;
    bytes[at++] = '*';
    if (escaped)
      bytes[at++] = '*';
  }
  return at;
}

void vrrp_keepalived_json_scrub(uint8_t *bytes, size_t length) {
  static const char KEY[] = "\"auth_data\"";
  size_t key_length = sizeof(KEY) - 1;
  uint8_t *found;
  for (size_t at = 0;
       (found = memmem(bytes + at, length - at, KEY, key_length)) != NULL;) {
    at = skip_blanks(bytes, (size_t)(found - bytes) + key_length, length);
    if (at == length || bytes[at] != ':')
      continue;
    at = skip_blanks(bytes, at + 1, length);
    if (at < length && bytes[at] == '"')
      at = blank_string(bytes, at + 1, length);
  }
}

// Up to 2.3.4 keepalived writes a backslash as a line feed, \n, which no text of a
// configuration can have; 2.4.3 writes two backslashes.
static void mend_backslashes(uint8_t *bytes, size_t length) {
  uint8_t *at = bytes, *end = bytes + length;
  while ((at = memchr(at, '\\', (size_t)(end - at))) != NULL && at + 1 < end) {
    if (at[1] == 'n')
      at[1] = '\\';
    at += 2;
  }
}

// --- single values --------------------------------------------------------

// keepalived writes a flag as 0 and 1 here, as false and true there.
static double read_number(json_t *object, const struct vrrp_keepalived_number *key) {
  json_t *value = json_object_get(object, key->json);
  double number = json_is_boolean(value)  ? json_is_true(value)
                  : json_is_number(value) ? json_number_value(value)
                                          : NAN;
  return number >= key->min && number <= key->max ? number : NAN;
}

static int64_t read_counter(json_t *object, const char *key) {
  json_t *value = json_object_get(object, key);
  return json_is_integer(value) && json_integer_value(value) >= 0
             ? (int64_t)json_integer_value(value)
             : -1;
}

// A copy of a string, NULL if there is none or no memory.
static char *copy_text(json_t *value) {
  return json_is_string(value)
             ? strndup(json_string_value(value), VRRP_KEEPALIVED_TEXT_MAX)
             : NULL;
}

// Copies a text that fits; a longer one is no interface name, so it is left out.
static void read_short(json_t *object, const char *key, char *out, size_t size) {
  const char *text = json_string_value(json_object_get(object, key));
  if (text != NULL && strlen(text) < size)
    memcpy(out, text, strlen(text) + 1);
}

// --- lists ----------------------------------------------------------------

static size_t list_length(json_t *list) {
  size_t n = json_array_size(list); // 0 if it is none
  return n < VRRP_KEEPALIVED_LIST_MAX ? n : VRRP_KEEPALIVED_LIST_MAX;
}

static int read_items(json_t *data, int kind, struct vrrp_keepalived_items *items) {
  json_t *list = json_object_get(data, ITEMS[kind].key);
  size_t n = list_length(list);
  if (n == 0)
    return 0;
  items->item = calloc(n, sizeof(*items->item));
  if (items->item == NULL)
    return -ENOMEM;
  for (; items->count < n; items->count++) {
    const char *line = json_string_value(json_array_get(list, items->count));
    int status = line == NULL ? 0 : ITEMS[kind].parse(line, &items->item[items->count]);
    if (status == -ENOMEM)
      return status;
  }
  return 0;
}

static int read_names(json_t *data, int kind, struct vrrp_keepalived_names *names) {
  json_t *list = json_object_get(data, VRRP_KEEPALIVED_TRACKED[kind].json);
  size_t n = list_length(list);
  if (n == 0)
    return 0;
  names->name = calloc(n, sizeof(*names->name));
  if (names->name == NULL)
    return -ENOMEM;
  for (size_t i = 0; i < n; i++) {
    char *name = copy_text(json_array_get(list, i));
    if (name != NULL)
      names->name[names->count++] = name;
  }
  return 0;
}

// --- instances ------------------------------------------------------------

// The dump names neither the family nor, with use_vmac, the physical interface:
// both stand in the addresses.
static void learn_from_addresses(struct vrrp_keepalived_instance *instance, int kind) {
  const struct vrrp_keepalived_items *items = &instance->items[kind];
  for (size_t i = 0; i < items->count; i++) {
    const struct vrrp_keepalived_item *item = &items->item[i];
    const char *base = vrrp_keepalived_item_text(item, "base_ifname");
    int64_t family = vrrp_keepalived_item_number(item, "family", 0);
    if (instance->family == VRRP_KEEPALIVED_FAMILY_UNTOLD && family != 0)
      instance->family = family == 6 ? VRRP_IPV6 : VRRP_IPV4;
    if (instance->base_ifname[0] == '\0' && strlen(base) < IFNAMSIZ &&
        strcmp(vrrp_keepalived_item_text(item, "ifname"), instance->ifname) == 0)
      memcpy(instance->base_ifname, base, strlen(base) + 1);
  }
}

static void complete_instance(struct vrrp_keepalived_instance *instance) {
  learn_from_addresses(instance, VRRP_KEEPALIVED_VIPS);
  if (instance->family == VRRP_KEEPALIVED_FAMILY_UNTOLD &&
      instance->setting[VRRP_KEEPALIVED_VERSION] == 2)
    instance->family = VRRP_IPV4;
  learn_from_addresses(instance, VRRP_KEEPALIVED_EXCLUDED_VIPS);
  if (instance->base_ifname[0] == '\0')
    memcpy(instance->base_ifname, instance->ifname, IFNAMSIZ);
}

static int read_lists(json_t *data, struct vrrp_keepalived_instance *instance) {
  int status = 0;
  for (int i = 0; i < VRRP_KEEPALIVED_ITEM_LISTS && status == 0; i++)
    status = read_items(data, i, &instance->items[i]);
  for (int i = 0; i < VRRP_KEEPALIVED_NAME_LISTS && status == 0; i++)
    status = read_names(data, i, &instance->names[i]);
  return status;
}

static int read_instance(json_t *entry, struct vrrp_keepalived_instance *instance) {
  json_t *data = json_object_get(entry, "data");
  json_t *stats = json_object_get(entry, "stats");
  for (int i = 0; i < VRRP_KEEPALIVED_SETTINGS; i++)
    instance->setting[i] = read_number(data, &VRRP_KEEPALIVED_SETTING[i]);
  for (int i = 0; i < VRRP_KEEPALIVED_COUNTERS; i++)
    instance->counter[i] = read_counter(stats, VRRP_KEEPALIVED_COUNTER[i].json);
  for (int i = 0; i < VRRP_KEEPALIVED_SCRIPTS; i++)
    instance->script[i] =
        copy_text(json_object_get(data, VRRP_KEEPALIVED_SCRIPT[i].json));
  read_short(data, "ifp_ifname", instance->ifname, sizeof(instance->ifname));
  read_short(data, "vmac_ifname", instance->vmac_ifname, sizeof(instance->vmac_ifname));
  instance->family = VRRP_KEEPALIVED_FAMILY_UNTOLD;
  instance->name = copy_text(json_object_get(data, "iname"));
  if (instance->name == NULL)
    instance->name = strdup("");
  if (instance->name == NULL)
    return -ENOMEM;
  int status = read_lists(data, instance);
  complete_instance(instance);
  return status;
}

static int read_instances(json_t *list, struct vrrp_keepalived_state *state) {
  size_t n = json_array_size(list);
  if (n > VRRP_KEEPALIVED_INSTANCES_MAX)
    n = VRRP_KEEPALIVED_INSTANCES_MAX;
  state->instances = calloc(n + 1, sizeof(*state->instances));
  if (state->instances == NULL)
    return -ENOMEM;
  for (size_t i = 0; i < n; i++) {
    json_t *entry = json_array_get(list, i);
    if (!json_is_object(json_object_get(entry, "data")))
      return -EPROTO;
    struct vrrp_keepalived_instance *instance =
        &state->instances[state->instance_count++];
    instance->position = state->instance_count;
    int status = read_instance(entry, instance);
    if (status < 0)
      return status;
  }
  return 0;
}

static int read_processes(json_t *list, struct vrrp_keepalived_state *state) {
  size_t n = list_length(list);
  state->processes = calloc(n + 1, sizeof(*state->processes));
  if (state->processes == NULL)
    return -ENOMEM;
  for (; state->process_count < n; state->process_count++) {
    struct vrrp_keepalived_process *process = &state->processes[state->process_count];
    json_t *entry = json_array_get(list, state->process_count);
    process->name = copy_text(json_object_get(entry, "process"));
    process->parameters = copy_text(json_object_get(entry, "parameters"));
    read_short(entry, "param_match", process->match, sizeof(process->match));
    for (int i = 0; i < VRRP_KEEPALIVED_PROCESS_NUMBERS; i++)
      process->number[i] = read_number(entry, &VRRP_KEEPALIVED_PROCESS_NUMBER[i]);
  }
  return 0;
}

// --- the dump -------------------------------------------------------------

static int read_dump(json_t *root, struct vrrp_keepalived_state *state) {
  json_t *instances = json_is_array(root) ? root : json_object_get(root, "vrrp");
  if (!json_is_array(instances))
    return -EPROTO;
  int status = read_instances(instances, state);
  if (status == 0)
    status = vrrp_keepalived_state_sort(state);
  if (status < 0)
    return status;
  return read_processes(json_object_get(root, "track_process"), state);
}

int vrrp_keepalived_json_parse(uint8_t *bytes, size_t length,
                               struct vrrp_keepalived_state **ret_state) {
  if (length > VRRP_KEEPALIVED_JSON_MAX)
    return -E2BIG;
  vrrp_keepalived_json_scrub(bytes, length);
  mend_backslashes(bytes, length);
  json_t *root = json_loadb((const char *)bytes, length, 0, NULL);
  if (root == NULL)
    return -EBADMSG;
  struct vrrp_keepalived_state *state = calloc(1, sizeof(*state));
  int status = state != NULL ? read_dump(root, state) : -ENOMEM;
  json_decref(root);
  if (status < 0) {
    vrrp_keepalived_state_free(state);
    return status;
  }
  *ret_state = state;
  return 0;
}
