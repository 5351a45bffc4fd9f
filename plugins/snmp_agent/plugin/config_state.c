// SPDX-License-Identifier: MIT
// What has been read from collectd.conf, and where did it stand?
#include "plugin/config_state.h"

#include "common/core/array.h"

#include <errno.h>
#include <stdlib.h>

struct config *config_create(void) {
  struct config *config = calloc(1, sizeof(*config));
  if (config == NULL)
    return NULL;
  config->timeout = 5;
  config->ping = 15;
  config->mapping = mapping_create();
  if (config->mapping != NULL)
    return config;
  free(config);
  return NULL;
}

void config_destroy(struct config *config) {
  if (config == NULL)
    return;
  for (size_t i = 0; i < config->trap_count; i++)
    trap_rule_free(config->traps[i]);
  free(config->traps);
  mapping_destroy(config->mapping);
  for (size_t i = 0; i < config->map_use_count; i++) {
    free(config->map_uses[i].map);
    free(config->map_uses[i].where);
  }
  for (size_t i = 0; i < config->note_count; i++)
    free(config->notes[i].where);
  free(config->map_uses);
  free(config->notes);
  free(config->socket);
  free(config);
}

int config_note(struct config *config, const void *rule, const struct ha_block *block) {
  char path[1024];
  struct rule_note *notes =
      ha_array_room(config->notes, config->note_count, sizeof(*notes));
  if (notes == NULL)
    return -ENOMEM;
  config->notes = notes;
  char *where = strdup(ha_block_path(block, path, sizeof(path)));
  if (where == NULL)
    return -ENOMEM;
  notes[config->note_count++] = (struct rule_note){.rule = rule, .where = where};
  return 0;
}

static struct rule_note *find_note(const struct config *config, const void *rule) {
  for (size_t i = 0; i < config->note_count; i++)
    if (config->notes[i].rule == rule)
      return &config->notes[i];
  return NULL;
}

const char *config_where(const struct config *config, const void *rule) {
  const struct rule_note *note = find_note(config, rule);
  return note != NULL ? note->where : "?";
}

const char *config_where_table(const struct config *config, const struct table_rule *t) {
  return config_where(
      config, t->scalar ? (const void *)mapping_first_data(config->mapping, t) : t);
}

int config_judge(struct config *config, const void *rule, int status) {
  struct rule_note *note = find_note(config, rule);
  if (note != NULL && status != 0)
    note->is_wrong = true;
  return status;
}

bool config_is_wrong(const struct config *config, const void *rule) {
  const struct rule_note *note = find_note(config, rule);
  return note != NULL && note->is_wrong;
}
