// SPDX-License-Identifier: MIT
// In which state is each instance configured to begin?
#include "core/keepalived_conf.h"

#include "common/core/array.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { LINE_SIZE = 1024, WORDS_MAX = 3, PRIORITY_DEFAULT = 100, PRIORITY_OWNER = 255 };

struct line {
  char text[LINE_SIZE];
  char *words[WORDS_MAX];
  size_t count;
};

// --- words ----------------------------------------------------------------

// The next word at `at`, ended by a zero in place; quotes around it are taken off. NULL
// at the line's end or a comment.
static char *next_word(char **at) {
  char *from = *at + strspn(*at, " \t\r");
  if (*from == '\0' || *from == '#' || *from == '!')
    return NULL;
  bool quoted = *from == '"';
  from += quoted;
  char *to = from + strcspn(from, quoted ? "\"" : " \t\r");
  *at = *to == '\0' ? to : to + 1;
  *to = '\0';
  return from;
}

// Splits the line that begins at `text`; returns where the next begins, NULL at the end.
static const char *split_line(const char *text, struct line *line) {
  size_t length = strcspn(text, "\n");
  size_t kept = length < LINE_SIZE - 1 ? length : LINE_SIZE - 1;
  char *at = line->text, *word;
  memcpy(line->text, text, kept);
  line->text[kept] = '\0';
  line->count = 0;
  while (line->count < WORDS_MAX && (word = next_word(&at)) != NULL)
    line->words[line->count++] = word;
  return text[length] == '\0' ? NULL : text + length + 1;
}

static long count_char(const char *text, size_t length, char wanted) {
  long count = 0;
  for (size_t i = 0; i < length; i++)
    count += text[i] == wanted;
  return count;
}

// Braces of the line's part in front of a comment and outside of quotes.
static long braces_of(const char *text, size_t length) {
  long balance = 0;
  bool quoted = false;
  for (size_t i = 0; i < length; i++) {
    quoted ^= text[i] == '"';
    if (!quoted && (text[i] == '#' || text[i] == '!'))
      break;
    balance += quoted ? 0 : (text[i] == '{') - (text[i] == '}');
  }
  return balance;
}

// Conditions stand at a line's beginning; variables and sequences anywhere.
static bool is_doubtful(const char *text, size_t length) {
  size_t blanks = strspn(text, " \t");
  return (blanks < length && text[blanks] == '@') || count_char(text, length, '$') > 0 ||
         count_char(text, length, '~') > 0;
}

// --- instances ------------------------------------------------------------

static int add_instance(struct vrrp_keepalived_conf *conf, const char *name) {
  if (conf->count >= VRRP_KEEPALIVED_CONF_INSTANCES_MAX)
    return -E2BIG;
  struct vrrp_keepalived_conf_instance *grown =
      ha_array_room(conf->instances, conf->count, sizeof(*grown));
  if (grown == NULL)
    return -ENOMEM;
  conf->instances = grown;
  char *copy = strdup(name);
  if (copy == NULL)
    return -ENOMEM;
  grown[conf->count++] = (struct vrrp_keepalived_conf_instance){
      .name = copy, .state = 1, .priority = PRIORITY_DEFAULT};
  conf->is_in_instance = true;
  return 0;
}

static void take_setting(struct vrrp_keepalived_conf_instance *instance, const char *key,
                         const char *value) {
  if (strcmp(key, "state") == 0)
    instance->state = strcasecmp(value, "MASTER") == 0   ? 2
                      : strcasecmp(value, "BACKUP") == 0 ? 1
                                                         : NAN;
  if (strcmp(key, "priority") == 0)
    instance->priority = strtod(value, NULL);
}

static int take_line(struct vrrp_keepalived_conf *conf, const struct line *line,
                     int (*include)(void *context, const char *pattern), void *context) {
  if (line->count < 2)
    return 0;
  const char *key = line->words[0], *value = line->words[1];
  if (strcmp(key, "include") == 0)
    return include(context, value);
  if (conf->depth == 0 && strcmp(key, "vrrp_instance") == 0)
    return add_instance(conf, value);
  if (conf->depth == 1 && conf->is_in_instance)
    take_setting(&conf->instances[conf->count - 1], key, value);
  return 0;
}

int vrrp_keepalived_conf_read(struct vrrp_keepalived_conf *conf, const char *text,
                              int (*include)(void *context, const char *pattern),
                              void *context) {
  while (text != NULL) {
    struct line line;
    size_t length = strcspn(text, "\n");
    long balance = braces_of(text, length);
    conf->is_doubtful |= is_doubtful(text, length);
    const char *next = split_line(text, &line);
    int status = take_line(conf, &line, include, context);
    if (status < 0)
      return status;
    long depth = (long)conf->depth + balance;
    conf->depth = depth > 0 ? (size_t)depth : 0;
    conf->is_in_instance &= conf->depth > 0 || balance == 0;
    text = next;
  }
  return 0;
}

void vrrp_keepalived_conf_clear(struct vrrp_keepalived_conf *conf) {
  for (size_t i = 0; i < conf->count; i++)
    free(conf->instances[i].name);
  free(conf->instances);
  *conf = (struct vrrp_keepalived_conf){0};
}

// --- asking ---------------------------------------------------------------

double vrrp_keepalived_conf_state(const struct vrrp_keepalived_conf *conf,
                                  const char *name, double priority) {
  const struct vrrp_keepalived_conf_instance *found = NULL;
  for (size_t i = 0; i < conf->count && !conf->is_doubtful; i++)
    if (strcmp(conf->instances[i].name, name) == 0)
      found = &conf->instances[i];
  if (found == NULL || found->priority != priority)
    return NAN;
  return priority == PRIORITY_OWNER ? 2 : found->state;
}
