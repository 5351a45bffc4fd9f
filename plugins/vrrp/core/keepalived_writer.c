// SPDX-License-Identifier: MIT
// How is what keepalived is configured to do written down, path by path?
#include "core/keepalived_writer.h"

#include "common/core/hash.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

// --- words ----------------------------------------------------------------

void vrrp_keepalived_clean(const char *text, char word[static VRRP_KEEPALIVED_WORD_MAX]) {
  size_t length = 0;
  for (; length < VRRP_KEEPALIVED_WORD_MAX - 1 && text[length] != '\0'; length++) {
    word[length] = text[length];
    if (word[length] < ' ' || word[length] > '~')
      word[length] = '?';
  }
  word[length] = '\0';
}

// --- paths ----------------------------------------------------------------

size_t vrrp_keepalived_writer_enter(struct vrrp_keepalived_writer *writer,
                                    const char *what, const char *name) {
  size_t before = writer->length, room = sizeof(writer->path) - before;
  char separator[] = {VRRP_KEEPALIVED_PATH_SEPARATOR, '\0'};
  int length =
      snprintf(writer->path + before, room, "%s%s%s%s", before > 0 ? separator : "", what,
               what[0] != '\0' && name[0] != '\0' ? " " : "", name);
  writer->length += (size_t)length < room ? (size_t)length : 0;
  writer->path[writer->length] = '\0';
  return before;
}

void vrrp_keepalived_writer_leave(struct vrrp_keepalived_writer *writer, size_t before) {
  writer->length = before;
  writer->path[before] = '\0';
}

// --- entries --------------------------------------------------------------

// An error of the stream is seen at its end.
static void put(struct vrrp_keepalived_writer *writer,
                enum vrrp_keepalived_form_of_value form, const char *value) {
  if (writer->count++ < VRRP_KEEPALIVED_CONFIGURED_MAX)
    fprintf(writer->out, "%c%s%c%s%c", '0' + (char)form, writer->path, '\0', value, '\0');
}

static void put_setting(struct vrrp_keepalived_writer *writer, const char *word,
                        const char *value) {
  size_t before = vrrp_keepalived_writer_enter(writer, word, "");
  put(writer, VRRP_KEEPALIVED_SHOWN, value);
  vrrp_keepalived_writer_leave(writer, before);
}

void vrrp_keepalived_put_number(struct vrrp_keepalived_writer *writer, const char *word,
                                double number) {
  char value[32];
  if (isnan(number))
    return;
  snprintf(value, sizeof(value), "%.10g", number);
  put_setting(writer, word, value);
}

void vrrp_keepalived_put_text(struct vrrp_keepalived_writer *writer, const char *word,
                              const char *text) {
  char value[VRRP_KEEPALIVED_WORD_MAX];
  vrrp_keepalived_clean(text, value);
  if (value[0] != '\0')
    put_setting(writer, word, value);
}

void vrrp_keepalived_put_digest(struct vrrp_keepalived_writer *writer, uint32_t digest) {
  char value[16];
  snprintf(value, sizeof(value), "%08x", (unsigned)digest);
  put(writer, VRRP_KEEPALIVED_WITHHELD, value);
}

void vrrp_keepalived_put_command(struct vrrp_keepalived_writer *writer, const char *word,
                                 const char *command) {
  size_t before = vrrp_keepalived_writer_enter(writer, word, "");
  vrrp_keepalived_put_digest(writer,
                             ha_hash_bytes(HA_HASH_SEED, command, strlen(command)));
  vrrp_keepalived_writer_leave(writer, before);
}

void vrrp_keepalived_put_thing(struct vrrp_keepalived_writer *writer,
                               enum vrrp_keepalived_form_of_value form) {
  put(writer, form, "");
}

// --- by path --------------------------------------------------------------

static int compare(const void *left, const void *right) {
  const struct vrrp_keepalived_entry *a = left, *b = right;
  int order = strcmp(a->path, b->path);
  return order != 0 ? order : strcmp(a->value, b->value);
}

// Takes over what was written.
static int sort(struct vrrp_keepalived_writer *writer,
                struct vrrp_keepalived_configured *configured) {
  const char *at = configured->bytes;
  configured->entries = calloc(writer->count + 1, sizeof(*configured->entries));
  if (configured->entries == NULL)
    return -ENOMEM;
  for (; configured->count < writer->count; configured->count++) {
    struct vrrp_keepalived_entry *entry = &configured->entries[configured->count];
    entry->form = (enum vrrp_keepalived_form_of_value)(at[0] - '0');
    entry->path = at + 1;
    entry->value = entry->path + strlen(entry->path) + 1;
    at = entry->value + strlen(entry->value) + 1;
  }
  qsort(configured->entries, configured->count, sizeof(*configured->entries), compare);
  return 0;
}

int vrrp_keepalived_writer_open(struct vrrp_keepalived_writer *writer) {
  *writer = (struct vrrp_keepalived_writer){0};
  writer->out = open_memstream(&writer->bytes, &writer->size);
  return writer->out != NULL ? 0 : -ENOMEM;
}

int vrrp_keepalived_writer_finish(struct vrrp_keepalived_writer *writer,
                                  struct vrrp_keepalived_configured *ret_configured) {
  bool failed = ferror(writer->out) != 0;
  struct vrrp_keepalived_configured configured = {0};
  int status = fclose(writer->out) != 0 || failed ? -ENOMEM : 0;
  configured.bytes = writer->bytes;
  if (status == 0 && writer->count > VRRP_KEEPALIVED_CONFIGURED_MAX)
    status = -E2BIG;
  if (status == 0)
    status = sort(writer, &configured);
  if (status < 0) {
    vrrp_keepalived_configured_clear(&configured);
    return status;
  }
  *ret_configured = configured;
  return 0;
}

void vrrp_keepalived_configured_clear(struct vrrp_keepalived_configured *configured) {
  free(configured->entries);
  free(configured->bytes);
  *configured = (struct vrrp_keepalived_configured){0};
}
