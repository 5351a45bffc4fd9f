// SPDX-License-Identifier: MIT
// What do keepalived's text dumps (SIGUSR1) say, line by line?
//
// Names stand raw in the dump and may look like anything, but hold no line feed. So a
// line is known by nothing but its section, its blanks in front and the label that it
// begins with.
#include "core/keepalived_text.h"

#include "common/core/array.h"
#include "common/core/search.h"

#include "core/keepalived_labels.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { DEPTH_MAX = 8, NUMBER_SIZE = 48 };

// What is open at a line: the section, an object in it, a list in that.
struct scope {
  enum vrrp_keepalived_record_kind kind;
  size_t depth;   // blanks in front of what is inside
  int32_t record; // of the object; a list's is its owner's
};

struct reader {
  struct vrrp_keepalived_text *text;
  enum vrrp_keepalived_section section;
  bool seen[VRRP_KEEPALIVED_SECTIONS];
  struct scope scopes[DEPTH_MAX];
  size_t scope_count;
  // Of each kind, the last record's: those of one parent come one after another.
  uint32_t place[VRRP_KEEPALIVED_RECORD_KINDS];
  int32_t parent[VRRP_KEEPALIVED_RECORD_KINDS];
  int error;
};

// --- secrets --------------------------------------------------------------

// A label that speaks of a secret; a file that holds one is none.
static bool is_secret(const char *label, size_t length) {
  static const char *const WORDS[] = {"password",  "passphrase", "secret", "auth_pass",
                                      "auth_data", "key = ",     "key : ", "key data"};
  char copy[64];
  size_t end = length < sizeof(copy) - 1 ? length : sizeof(copy) - 1;
  for (size_t i = 0; i < end; i++)
    copy[i] = (char)tolower((unsigned char)label[i]);
  copy[end] = '\0';
  for (size_t i = 0; i < HA_COUNT_OF(WORDS); i++)
    if (strstr(copy, WORDS[i]) != NULL)
      return true;
  return false;
}

// Where the value behind a label begins; the line's end if it has no label.
static char *value_of(char *line, char *end) {
  char *equals = memmem(line, (size_t)(end - line), " = ", 3);
  char *colon = memmem(line, (size_t)(end - line), " : ", 3);
  char *at = equals != NULL && (colon == NULL || equals < colon) ? equals : colon;
  return at != NULL ? at + 3 : end;
}

void vrrp_keepalived_text_scrub(uint8_t *bytes, size_t length) {
  char *line = (char *)bytes, *stop = line + length;
  while (line < stop) {
    char *feed = memchr(line, '\n', (size_t)(stop - line));
    char *end = feed != NULL ? feed : stop;
    char *value = value_of(line, end);
    if (value < end && is_secret(line, (size_t)(value - line)))
      memset(value, '*', (size_t)(end - value));
    line = end + 1;
  }
}

// --- growing --------------------------------------------------------------

// Room for one more of `size` bytes in an array; 0, -E2BIG or -ENOMEM.
static int reserve(void **array, size_t count, size_t *max, size_t bound, size_t size) {
  if (count < *max)
    return 0;
  size_t wanted = *max == 0 ? 64 : *max * 2;
  if (count >= bound)
    return -E2BIG;
  void *grown = realloc(*array, wanted * size);
  if (grown == NULL)
    return -ENOMEM;
  *array = grown;
  *max = wanted;
  return 0;
}

static void link_fact(struct vrrp_keepalived_text *text, int32_t of, int32_t fact) {
  struct vrrp_keepalived_record *record = &text->records[of];
  if (record->last == VRRP_KEEPALIVED_NONE)
    record->first = fact;
  else
    text->facts[record->last].next = fact;
  record->last = fact;
}

static void add_fact(struct reader *reader, int32_t of, const char *key,
                     const char *string, double number) {
  struct vrrp_keepalived_text *text = reader->text;
  if (key == NULL || of == VRRP_KEEPALIVED_NONE || reader->error < 0 ||
      (string == NULL && isnan(number)))
    return;
  reader->error = reserve((void **)&text->facts, text->fact_count, &text->fact_max,
                          VRRP_KEEPALIVED_TEXT_FACTS_MAX, sizeof(*text->facts));
  if (reader->error < 0)
    return;
  text->facts[text->fact_count] = (struct vrrp_keepalived_text_fact){
      .key = key, .text = string, .number = number, .next = VRRP_KEEPALIVED_NONE};
  link_fact(text, of, (int32_t)text->fact_count++);
}

static uint32_t place_of(struct reader *reader, enum vrrp_keepalived_record_kind kind,
                         int32_t parent) {
  bool more = reader->place[kind] > 0 && reader->parent[kind] == parent;
  reader->parent[kind] = parent;
  return reader->place[kind] = more ? reader->place[kind] + 1 : 1;
}

static int32_t add_record(struct reader *reader, enum vrrp_keepalived_record_kind kind,
                          int32_t parent) {
  struct vrrp_keepalived_text *text = reader->text;
  if (reader->error == 0)
    reader->error =
        reserve((void **)&text->records, text->record_count, &text->record_max,
                VRRP_KEEPALIVED_RECORDS_MAX, sizeof(*text->records));
  if (reader->error < 0)
    return VRRP_KEEPALIVED_NONE;
  int32_t record = (int32_t)text->record_count++;
  text->records[record] =
      (struct vrrp_keepalived_record){.kind = kind,
                                      .parent = parent,
                                      .place = place_of(reader, kind, parent),
                                      .first = VRRP_KEEPALIVED_NONE,
                                      .last = VRRP_KEEPALIVED_NONE};
  return record;
}

// --- pieces of a line -----------------------------------------------------

// A decimal number with its unit behind; NaN if it does not begin as one.
static double number_of(const char *text) {
  size_t length = strspn(text, "+-.0123456789e");
  char copy[NUMBER_SIZE];
  char *end;
  if (length == 0 || length >= sizeof(copy) || strchr("e+", text[0]) != NULL)
    return NAN;
  memcpy(copy, text, length);
  copy[length] = '\0';
  double number = strtod(copy, &end);
  return end == copy || !isfinite(number) ? NAN : number;
}

struct word {
  const char *word;
  double number;
};

// Up to a blank, a comma or the end.
static double find_word(const struct word *words, size_t count, const char *text) {
  size_t length = strcspn(text, " ,");
  for (size_t i = 0; i < count; i++)
    if (strlen(words[i].word) == length && strncasecmp(words[i].word, text, length) == 0)
      return words[i].number;
  return NAN;
}

static double flag_of(const char *text) {
  static const struct word WORDS[] = {
      {"yes", 1}, {"true", 1},  {"enabled", 1},  {"on", 1},  {"deleted", 1},
      {"no", 0},  {"false", 0}, {"disabled", 0}, {"off", 0}, {"fault", 0},
  };
  return find_word(WORDS, HA_COUNT_OF(WORDS), text);
}

static double state_of(const char *text) {
  static const struct word WORDS[] = {
      {"INIT", 0}, {"BACKUP", 1}, {"MASTER", 2}, {"FAULT", 3}, {"unknown", 4}};
  return find_word(WORDS, HA_COUNT_OF(WORDS), text);
}

// The last `what` in the text, or NULL.
static char *find_last(char *text, const char *what) {
  char *last = NULL;
  for (char *at = text; (at = strstr(at, what)) != NULL; at++)
    last = at;
  return last;
}

// Keys that are made of another: the pairs that the labels use.
static const char *second_key(const char *key) {
  static const struct {
    const char *key, *second;
  } PAIRS[] = {
      {"interval", "interval_us"},
      {"timeout", "timeout_us"},
      {"terminate_delay", "terminate_delay_us"},
      {"fork_delay", "fork_delay_us"},
      {"connection_timeout", "connection_timeout_us"},
      {"delay_loop", "delay_loop_us"},
      {"retry_delay", "retry_delay_us"},
      {"warmup", "warmup_us"},
      {"quorum_up", "quorum_up_path"},
      {"quorum_down", "quorum_down_path"},
      {"notify_up", "notify_up_path"},
      {"notify_down", "notify_down_path"},
  };
  for (size_t i = 0; i < HA_COUNT_OF(PAIRS); i++)
    if (strcmp(PAIRS[i].key, key) == 0)
      return PAIRS[i].second;
  return NULL;
}

static void take_quoted(struct reader *reader, int32_t of, const char *key, char *text) {
  size_t length = strlen(text);
  bool quoted = length >= 2 && text[0] == '\'' && text[length - 1] == '\'';
  if (quoted)
    text[length - 1] = '\0';
  add_fact(reader, of, key, text + quoted, 0);
}

static void take_seconds(struct reader *reader, int32_t of, const char *key, char *text) {
  double seconds = number_of(text);
  add_fact(reader, of, key, NULL, seconds);
  add_fact(reader, of, second_key(key), NULL, round(seconds * 1e6));
}

static void take_weight(struct reader *reader, int32_t of, const char *key, char *text) {
  add_fact(reader, of, key, NULL, number_of(text));
  add_fact(reader, of, "reverse", NULL, strstr(text, " reverse") != NULL);
}

// "'command' 'word', uid:gid 0:0", from 2.3 on "/program, params = 'command' …" in front.
static void take_script(struct reader *reader, int32_t of, const char *key, char *text) {
  static const char PARAMS[] = ", params = ";
  char *user = find_last(text, ", uid:gid ");
  char *params = text[0] == '/' ? strstr(text, PARAMS) : NULL;
  if (user != NULL)
    *user = '\0';
  if (params == NULL || (user != NULL && params > user)) {
    add_fact(reader, of, key, text, 0);
    return;
  }
  *params = '\0';
  add_fact(reader, of, key, params + sizeof(PARAMS) - 1, 0);
  add_fact(reader, of, second_key(key), text, 0);
}

// "TUN, type = GUE, port = 5555, remote checksum": all but the first may be missing. IPIP
// has no checksum.
static void take_tunnel(struct reader *reader, int32_t of, const char *key, char *text) {
  static const struct {
    const char *begins, *key;
  } PARTS[] = {{"type = ", "tunnel_type"}, {"port = ", "tunnel_port"}};
  char *rest;
  add_fact(reader, of, key, strtok_r(text, ",", &rest), NAN);
  const char *checksum = "no";
  bool may_have_checksum = false;
  for (char *part; (part = strtok_r(NULL, ",", &rest)) != NULL;) {
    part += part[0] == ' ';
    may_have_checksum |=
        strncmp(part, "type = ", 7) == 0 && strcmp(part + 7, "IPIP") != 0;
    for (size_t i = 0; i < HA_COUNT_OF(PARTS); i++)
      if (strncmp(part, PARTS[i].begins, strlen(PARTS[i].begins)) == 0)
        add_fact(reader, of, PARTS[i].key, part + strlen(PARTS[i].begins), 0);
    if (strcmp(part, "checksum") == 0 || strcmp(part, "remote checksum") == 0)
      checksum = part[0] == 'r' ? "remote" : "yes";
  }
  if (may_have_checksum)
    add_fact(reader, of, "tunnel_checksum", checksum, 0);
}

static void take_text(struct reader *reader, int32_t of, const char *key, char *text) {
  add_fact(reader, of, key, text, 0);
}

static void take_number(struct reader *reader, int32_t of, const char *key, char *text) {
  add_fact(reader, of, key, NULL, number_of(text));
}

static void take_flag(struct reader *reader, int32_t of, const char *key, char *text) {
  add_fact(reader, of, key, NULL, flag_of(text));
}

static void take_state(struct reader *reader, int32_t of, const char *key, char *text) {
  add_fact(reader, of, key, NULL, state_of(text));
}

static void take_one(struct reader *reader, int32_t of, const char *key, char *text) {
  (void)text;
  add_fact(reader, of, key, NULL, 1);
}

static void take_zero(struct reader *reader, int32_t of, const char *key, char *text) {
  (void)text;
  add_fact(reader, of, key, NULL, 0);
}

typedef void take(struct reader *reader, int32_t of, const char *key, char *text);

static take *const TAKE[] = {
    [VRRP_KEEPALIVED_TEXT] = take_text,      [VRRP_KEEPALIVED_QUOTED] = take_quoted,
    [VRRP_KEEPALIVED_NUMBER] = take_number,  [VRRP_KEEPALIVED_SECONDS] = take_seconds,
    [VRRP_KEEPALIVED_FLAG_WORD] = take_flag, [VRRP_KEEPALIVED_STATE_WORD] = take_state,
    [VRRP_KEEPALIVED_WEIGHT] = take_weight,  [VRRP_KEEPALIVED_SCRIPT_TEXT] = take_script,
    [VRRP_KEEPALIVED_TUNNEL] = take_tunnel,  [VRRP_KEEPALIVED_ONE] = take_one,
    [VRRP_KEEPALIVED_ZERO] = take_zero,
};
_Static_assert(sizeof(TAKE) / sizeof(TAKE[0]) == VRRP_KEEPALIVED_FORMS, "each form");

// --- lines ----------------------------------------------------------------

static void take_pieces(struct reader *reader, int32_t of,
                        const struct vrrp_keepalived_label *label, char *text) {
  for (size_t i = 0; i < VRRP_KEEPALIVED_PIECES_MAX && text != NULL; i++) {
    const struct vrrp_keepalived_piece *piece = &label->pieces[i];
    if (piece->key == NULL && piece->until == NULL)
      return;
    char *end = piece->until != NULL ? find_last(text, piece->until) : NULL;
    if (end != NULL)
      *end = '\0';
    char *next = end != NULL ? end + strlen(piece->until) : NULL;
    if (piece->key != NULL)
      TAKE[piece->form](reader, of, piece->key, text);
    text = next;
  }
}

static size_t blanks_of(const char *line) {
  return strspn(line, " ");
}

// The blanks in front of what is inside a record of this kind, as its first label has
// them; none for one that has nothing inside.
static size_t depth_of(const struct vrrp_keepalived_labels *labels,
                       enum vrrp_keepalived_record_kind kind) {
  for (size_t i = 0; i < labels->count; i++)
    if (labels->labels[i].of == kind)
      return blanks_of(labels->labels[i].begins);
  return SIZE_MAX;
}

static void open_scope(struct reader *reader, enum vrrp_keepalived_record_kind kind,
                       int32_t record) {
  size_t depth = depth_of(&VRRP_KEEPALIVED_LABELS[reader->section], kind);
  if (depth != SIZE_MAX && reader->scope_count < DEPTH_MAX)
    reader->scopes[reader->scope_count++] = (struct scope){kind, depth, record};
}

// The label of this line in scope `at`; in an outer one only a label that opens a
// record counts, or a field of an inner object that we don't know would be the outer's.
static const struct vrrp_keepalived_label *find_label(const struct reader *reader,
                                                      size_t at, const char *line) {
  const struct vrrp_keepalived_labels *labels = &VRRP_KEEPALIVED_LABELS[reader->section];
  bool outer = at + 1 < reader->scope_count;
  for (size_t i = 0; i < labels->count; i++) {
    const struct vrrp_keepalived_label *label = &labels->labels[i];
    if (label->of == reader->scopes[at].kind &&
        (!outer || label->opens != VRRP_KEEPALIVED_NOTHING) &&
        strncmp(line, label->begins, strlen(label->begins)) == 0)
      return label;
  }
  return NULL;
}

static void take_label(struct reader *reader, size_t at,
                       const struct vrrp_keepalived_label *label, char *line) {
  int32_t of = reader->scopes[at].record;
  reader->scope_count = at + 1;
  if (label->opens != VRRP_KEEPALIVED_NOTHING)
    of = add_record(reader, label->opens, of);
  take_pieces(reader, of, label, line + strlen(label->begins));
  if (label->list != VRRP_KEEPALIVED_NOTHING)
    open_scope(reader, label->list, of);
  else if (label->opens != VRRP_KEEPALIVED_NOTHING && label->opens != label->of)
    open_scope(reader, label->opens, of);
}

static void note_strange(struct reader *reader, const char *line) {
  struct vrrp_keepalived_text *text = reader->text;
  if (text->strange_section[0] != '\0')
    return;
  snprintf(text->strange_section, sizeof(text->strange_section), "%s",
           VRRP_KEEPALIVED_LABELS[reader->section].title);
  snprintf(text->strange_line, sizeof(text->strange_line), "%s", line);
}

static void take_unknown(struct reader *reader, const char *line) {
  reader->text->unknown_count++;
  if (reader->scope_count == 1 && reader->scopes[0].kind == VRRP_KEEPALIVED_NOTHING)
    note_strange(reader, line);
}

static bool is_title(const char *line, const char *title) {
  size_t length = strlen(title);
  return strncmp(line, "------< ", 8) == 0 && strncmp(line + 8, title, length) == 0 &&
         strcmp(line + 8 + length, " >------") == 0;
}

static void open_section(struct reader *reader, const char *line) {
  reader->section = VRRP_KEEPALIVED_SECTION_OTHER;
  reader->scope_count = 0;
  for (int i = VRRP_KEEPALIVED_SECTION_OTHER + 1; i < VRRP_KEEPALIVED_SECTIONS; i++)
    if (is_title(line, VRRP_KEEPALIVED_LABELS[i].title))
      reader->section = (enum vrrp_keepalived_section)i;
  reader->seen[reader->section] = true;
  if (reader->section == VRRP_KEEPALIVED_SECTION_OTHER)
    return;
  enum vrrp_keepalived_record_kind kind = VRRP_KEEPALIVED_LABELS[reader->section].begins;
  reader->scopes[reader->scope_count++] =
      (struct scope){VRRP_KEEPALIVED_NOTHING, 0, VRRP_KEEPALIVED_NONE};
  if (kind != VRRP_KEEPALIVED_NOTHING)
    open_scope(reader, kind, add_record(reader, kind, VRRP_KEEPALIVED_NONE));
}

static void read_line(struct reader *reader, char *line) {
  if (strncmp(line, "------< ", 8) == 0) {
    open_section(reader, line);
    return;
  }
  if (reader->section == VRRP_KEEPALIVED_SECTION_OTHER || line[0] == '\0')
    return;
  size_t blanks = blanks_of(line);
  while (reader->scope_count > 1 &&
         blanks < reader->scopes[reader->scope_count - 1].depth)
    reader->scope_count--;
  for (size_t at = reader->scope_count; at-- > 0;) {
    const struct vrrp_keepalived_label *label = find_label(reader, at, line);
    if (label != NULL) {
      take_label(reader, at, label, line);
      return;
    }
  }
  take_unknown(reader, line);
}

// --- by name --------------------------------------------------------------

static int compare_names(const void *left, const void *right) {
  const struct vrrp_keepalived_named *a = left, *b = right;
  int order = (int)a->kind - (int)b->kind;
  return order != 0 ? order : strcmp(a->name, b->name);
}

static int compare_named(const void *left, const void *right) {
  const struct vrrp_keepalived_named *a = left, *b = right;
  int order = compare_names(left, right);
  return order != 0 ? order : a->record - b->record;
}

// Sorts all records with a name, for vrrp_keepalived_text_named(). 0 or -ENOMEM.
static int sort_by_name(struct vrrp_keepalived_text *text) {
  text->named = calloc(text->record_count + 1, sizeof(*text->named));
  if (text->named == NULL)
    return -ENOMEM;
  for (size_t i = 0; i < text->record_count; i++) {
    const struct vrrp_keepalived_record *record = &text->records[i];
    const char *name = vrrp_keepalived_text_string(text, record, "name");
    if (name[0] != '\0')
      text->named[text->named_count++] =
          (struct vrrp_keepalived_named){record->kind, name, (int32_t)i};
  }
  qsort(text->named, text->named_count, sizeof(*text->named), compare_named);
  return 0;
}

// --- the dump -------------------------------------------------------------

static int read_lines(struct reader *reader, char *line, const char *stop) {
  while (line < stop && reader->error == 0) {
    char *feed = memchr(line, '\n', (size_t)(stop - line));
    if (feed == NULL)
      return -EBADMSG;
    *feed = '\0';
    read_line(reader, line);
    line = feed + 1;
  }
  return reader->error;
}

// A partial file ends nearly always within a line; else it lacks the last section.
static int read_dump(enum vrrp_keepalived_dump dump, struct vrrp_keepalived_text *text,
                     size_t length) {
  static const enum vrrp_keepalived_section LAST[] = {
      [VRRP_KEEPALIVED_DUMP_VRRP] = VRRP_KEEPALIVED_SECTION_INTERFACES,
      [VRRP_KEEPALIVED_DUMP_CHECKERS] = VRRP_KEEPALIVED_SECTION_LVS,
  };
  static const char FIRST[] = "------< ";
  struct reader reader = {.text = text};
  if (length < sizeof(FIRST) - 1)
    return -EBADMSG;
  if (memcmp(text->bytes, FIRST, sizeof(FIRST) - 1) != 0)
    return -EPROTO;
  int status = read_lines(&reader, text->bytes, text->bytes + length);
  return status == 0 && !reader.seen[LAST[dump]] ? -EBADMSG : status;
}

int vrrp_keepalived_text_parse(enum vrrp_keepalived_dump dump, uint8_t *bytes,
                               size_t length, struct vrrp_keepalived_text **ret_text) {
  if (length > VRRP_KEEPALIVED_DUMP_MAX)
    return -E2BIG;
  vrrp_keepalived_text_scrub(bytes, length);
  struct vrrp_keepalived_text *text = calloc(1, sizeof(*text));
  if (text == NULL)
    return -ENOMEM;
  text->bytes = malloc(length + 1);
  int status = text->bytes != NULL ? 0 : -ENOMEM;
  if (status == 0) {
    memcpy(text->bytes, bytes, length);
    text->bytes[length] = '\0';
    status = read_dump(dump, text, length);
  }
  if (status == 0)
    status = sort_by_name(text);
  if (status < 0) {
    vrrp_keepalived_text_free(text);
    return status;
  }
  *ret_text = text;
  return 0;
}

void vrrp_keepalived_text_free(struct vrrp_keepalived_text *text) {
  if (text == NULL)
    return;
  free(text->records);
  free(text->facts);
  free(text->named);
  free(text->bytes);
  free(text);
}

// --- asking ---------------------------------------------------------------

const struct vrrp_keepalived_text_fact *
vrrp_keepalived_text_fact(const struct vrrp_keepalived_text *text,
                          const struct vrrp_keepalived_record *record, const char *key) {
  for (int32_t i = record->first; i != VRRP_KEEPALIVED_NONE; i = text->facts[i].next)
    if (strcmp(text->facts[i].key, key) == 0)
      return &text->facts[i];
  return NULL;
}

const char *vrrp_keepalived_text_string(const struct vrrp_keepalived_text *text,
                                        const struct vrrp_keepalived_record *record,
                                        const char *key) {
  const struct vrrp_keepalived_text_fact *fact =
      vrrp_keepalived_text_fact(text, record, key);
  return fact != NULL && fact->text != NULL ? fact->text : "";
}

double vrrp_keepalived_text_number(const struct vrrp_keepalived_text *text,
                                   const struct vrrp_keepalived_record *record,
                                   const char *key) {
  const struct vrrp_keepalived_text_fact *fact =
      vrrp_keepalived_text_fact(text, record, key);
  return fact != NULL && fact->text == NULL ? fact->number : NAN;
}

const struct vrrp_keepalived_record *
vrrp_keepalived_text_named(const struct vrrp_keepalived_text *text,
                           enum vrrp_keepalived_record_kind kind, const char *name) {
  struct vrrp_keepalived_named wanted = {.kind = kind, .name = name};
  const struct ha_sorted sorted = {text->named, text->named_count, sizeof(*text->named),
                                   compare_names};
  const struct vrrp_keepalived_named *named = ha_search_find(&sorted, &wanted);
  return named != NULL ? &text->records[named->record] : NULL;
}
