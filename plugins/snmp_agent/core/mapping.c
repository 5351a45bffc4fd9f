// SPDX-License-Identifier: MIT
// Which value goes to which columns of which tables?
//
// Values on their way from the cache into rows.
#include "core/mapping_private.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "common/core/array.h"
#include "core/row_name.h"
#include "core/wanted.h"

// A rule that wants a value, and the row that it goes to for now. It is what the row's
// cells know as their writer.
struct link {
  const struct metric *metric; // that it is part of
  struct data_rule *rule;
  struct row *row; // held, or NULL while the value has no place
};

// A value that some rule wants: in the cache, or on its way there.
struct metric {
  struct ha_hash_link hash;
  char *name;     // behind the links
  uint64_t time;  // of the latest sample from the cache
  uint64_t told;  // of the latest notification
  uint64_t ahead; // of the latest that was handed over ahead; 0: none was
  uint64_t keep;  // that one's
  bool is_cached;
  size_t link_count;
  struct link links[];
};

// The row of what came in this table, which some link of its value holds.
struct found {
  const struct table_rule *table;
  struct row *row;
};

// All go down with a call: what came, the troubles that were met, the last row.
struct context {
  const struct sample *sample;
  struct trouble_list *troubles;
  struct found *found;
};

static void tell(const struct context *c, struct data_rule *rule, enum trouble trouble,
                 size_t part, const struct raw_value *value) {
  struct trouble_list *list = c->troubles;
  if (list->report_count == HA_COUNT_OF(list->reports) ||
      ha_fault_judge(&rule->troubles[trouble], true) != HA_BEGUN)
    return;
  struct trouble_report *report = &list->reports[list->report_count++];
  *report = (struct trouble_report){.rule = rule, .trouble = trouble, .part = part};
  raw_format(value, report->value,
             trouble == TROUBLE_TWICE ? TROUBLE_NAME_SIZE : TROUBLE_VALUE_SIZE);
}

// --- which rules want a value ---------------------------------------------------

bool mapping_wants(const struct mapping *m, const struct sample *s) {
  if (!mapping_knows_type(m, s->field[FIELD_TYPE]))
    return false;
  for (size_t i = 0; i < m->data_count; i++)
    if (rule_may_want(m->datas[i], m->host, s))
      return true;
  return false;
}

// --- from a value to its row ----------------------------------------------------

static enum trouble place_trouble(int status, const struct row_name *name) {
  static const struct {
    int status;
    enum trouble trouble;
  } troubles[] = {{-ENOMEM, TROUBLE_MEMORY},
                  {-ENAMETOOLONG, TROUBLE_TOO_LONG},
                  {-EDOM, TROUBLE_CONTEXT},
                  {-ENOBUFS, TROUBLE_CONTEXTS}};
  for (size_t i = 0; i < HA_COUNT_OF(troubles); i++)
    if (troubles[i].status == status)
      return troubles[i].trouble;
  return name->misfit[0] != '\0' ? TROUBLE_INDEX : TROUBLE_NO_INDEX;
}

// The row that a value belongs to, held; NULL if there can be none, and why is told.
static struct row *hold_row(const struct context *c, struct data_rule *rule) {
  struct row_name name;
  struct row *row;
  int status = row_name_read(&name, rule->table, c->sample);
  if (status == 0)
    status = row_name_hold(&name, rule->table, c->sample, &row);
  if (status == 0) {
    table_rule_pass(rule->table, PASSED_INDEX);
    return row;
  }
  if (status == -EALREADY)
    return NULL;
  struct raw_value misfit = {.kind = RAW_TEXT, .text = name.misfit};
  tell(c, rule, place_trouble(status, &name), name.key, &misfit);
  return NULL;
}

// The same, looked up once for the links that are next to each other in one table.
static struct row *hold_same_row(const struct context *c, struct data_rule *rule) {
  if (c->found->table == rule->table) {
    table_hold_again(c->found->row);
    return c->found->row;
  }
  struct row *row = hold_row(c, rule);
  if (row != NULL)
    *c->found = (struct found){rule->table, row};
  return row;
}

// --- a value's links ------------------------------------------------------------

static void unlink_row(struct link *link) {
  if (link->row == NULL)
    return;
  for (size_t i = 0; i < link->rule->column_count; i++)
    row_clear(link->row, link->rule->columns[i].cell, link);
  row_name_release(link->rule->table, link->row);
  link->row = NULL;
}

// The value itself says that its place is another now, or none: whoever has its cells
// may be followed by the next. One that was only forgotten may come back to them.
static void leave_row(struct link *link) {
  if (link->row == NULL)
    return;
  for (size_t i = 0; i < link->rule->column_count; i++)
    row_concede(link->row, link->rule->columns[i].cell, link);
  unlink_row(link);
}

// Of a value that has its place, what was told before still holds: by meta data, where
// none come, and by the number, where a notification doesn't know it.
static unsigned open_conditions(const struct link *link, const struct sample *s) {
  if (link->row == NULL)
    return RULE_OF_META | RULE_OF_NUMBER;
  return (s->meta != NULL ? RULE_OF_META : 0) | (s->value_count > 0 ? RULE_OF_NUMBER : 0);
}

// Sees to it that the link holds the row that the value belongs to now.
static void find_place(const struct context *c, struct link *link) {
  struct table_rule *t = link->rule->table;
  if (!rule_wants(link->rule, c->sample, open_conditions(link, c->sample))) {
    leave_row(link);
    return;
  }
  if (link->row != NULL && (c->sample->meta == NULL || !row_name_is_volatile(t)))
    return;
  table_rule_pass(link->rule->table, PASSED_WHERE);
  struct row *row = hold_same_row(c, link->rule);
  if (row == link->row) {
    if (row != NULL)
      row_name_release(t, row); // it was held before
    return;
  }
  leave_row(link);
  link->row = row;
}

// Nothing known, and NaN is no more, is no trouble.
static bool read_column(const struct data_rule *d, const struct sample *s, size_t i,
                        struct source_buffer *buffer, struct raw_value *ret) {
  return source_read(&d->source, s, d->data_source + i, buffer, ret) == 0 &&
         !(ret->kind == RAW_REAL && isnan(ret->d));
}

static int set_converted(struct row *row, const struct column *column,
                         const struct syntax_options *options,
                         const struct raw_value *raw, const struct link *writer) {
  struct syntax_buffer buffer;
  struct smi_value value;
  int status = syntax_convert(column->syntax, options, raw, &buffer, &value);
  if (status != 0) {
    row_clear(row, column->cell, writer);
    return status;
  }
  return row_set(row, column->cell, &value, writer);
}

static void tell_twice(const struct context *c, const struct link *link, size_t i) {
  const struct link *other = row_writer(link->row, link->rule->columns[i].cell);
  struct raw_value name = {.kind = RAW_TEXT, .text = other->metric->name};
  tell(c, link->rule, TROUBLE_TWICE, i, &name);
}

// It is served all the same: a manager mostly makes sense of it.
static void check_range(const struct context *c, const struct link *link, size_t i,
                        const struct raw_value *raw) {
  const struct column *column = &link->rule->columns[i];
  struct smi_value value;
  if (column->range_count > 0 && row_get(link->row, column->cell, &value) &&
      !range_fits(column->ranges, column->range_count, &value))
    tell(c, link->rule, TROUBLE_RANGE, i, raw);
}

static void announce_column(const struct context *c, const struct link *link, size_t i,
                            const struct raw_value *raw) {
  row_name_announce(link->rule->table, link->row, link->rule->columns[i].cell);
  check_range(c, link, i, raw);
}

static void write_column(const struct context *c, const struct link *link, size_t i) {
  struct data_rule *d = link->rule;
  struct source_buffer buffer;
  struct raw_value raw;
  if (!read_column(d, c->sample, i, &buffer, &raw)) {
    row_clear(link->row, d->columns[i].cell, link);
    return;
  }
  int status = set_converted(link->row, &d->columns[i], &d->options, &raw, link);
  if (status == -EEXIST)
    tell_twice(c, link, i);
  else if (status == 0)
    announce_column(c, link, i, &raw);
  else
    tell(c, d, status == -ENOMEM ? TROUBLE_MEMORY : TROUBLE_VALUE, i, &raw);
}

// Meta data may come with one value in many; in between it stays as it was.
static bool is_silent(const struct source *source, const struct sample *s) {
  return source->kind == SOURCE_META && s->meta == NULL;
}

static void write_columns(const struct context *c, const struct link *link) {
  if (link->row == NULL || is_silent(&link->rule->source, c->sample))
    return;
  for (size_t i = 0; i < link->rule->column_count; i++)
    write_column(c, link, i);
}

static void write_link(const struct context *c, struct link *link) {
  find_place(c, link);
  write_columns(c, link);
}

// Whoever tells ahead may not know the number, and never its rate.
static bool is_told(const struct source *source, const struct sample *s) {
  return source->kind != SOURCE_VALUE || (s->value_count > 0 && !source->rate);
}

static void write_ahead(const struct context *c, struct link *link) {
  find_place(c, link);
  if (is_told(&link->rule->source, c->sample))
    write_columns(c, link);
}

static void tell_link(const struct context *c, struct link *link, enum news news) {
  if (!link->rule->table->notified)
    return;
  if (news == NEWS_GONE)
    leave_row(link);
  else
    write_ahead(c, link);
}

// By one that is as old, too: it is the same.
static bool is_overtaken(const struct link *link, const struct sample *s) {
  const struct metric *metric = link->metric;
  return (metric->ahead > 0 && s->time <= metric->ahead) ||
         (link->rule->table->notified && s->time < metric->told);
}

// A rate is the cache's as it is now, however late the value is that tells of it.
static void update_link(const struct context *c, struct link *link) {
  if (!is_overtaken(link, c->sample))
    write_link(c, link);
  else if (link->rule->source.rate)
    write_columns(c, link);
}

// --- the values that are known --------------------------------------------------

static bool metric_equal(const struct ha_hash_link *entry, const void *name) {
  return strcmp(((const struct metric *)entry)->name, name) == 0;
}

static uint32_t name_hash(const char *name) {
  return ha_hash_bytes(HA_HASH_SEED, name, strlen(name));
}

static struct metric *find_metric(const struct mapping *m, const char *name) {
  return (struct metric *)ha_hash_find(&m->metrics, name_hash(name), metric_equal, name);
}

static size_t fill_links(const struct mapping *m, const struct sample *s,
                         struct link *links) {
  size_t n = 0;
  if (!mapping_knows_type(m, s->field[FIELD_TYPE]))
    return 0;
  for (size_t i = 0; i < m->data_count; i++) {
    if (!rule_may_want(m->datas[i], m->host, s))
      continue;
    if (links != NULL)
      links[n] = (struct link){.rule = m->datas[i]};
    n++;
  }
  return n;
}

static void set_cached(struct mapping *m, struct metric *metric, bool is_cached) {
  m->uncached_count += metric->is_cached;
  m->uncached_count -= is_cached;
  metric->is_cached = is_cached;
}

// Without a rule that wants it, *ret_metric is NULL.
static int add_metric(struct mapping *m, const struct sample *s,
                      struct metric **ret_metric) {
  *ret_metric = NULL;
  size_t links = fill_links(m, s, NULL);
  if (links == 0)
    return 0;
  size_t name_size = strlen(s->name) + 1;
  struct metric *metric =
      malloc(sizeof(*metric) + links * sizeof(struct link) + name_size);
  if (metric == NULL)
    return -ENOMEM;
  *metric = (struct metric){.link_count = links};
  fill_links(m, s, metric->links);
  for (size_t i = 0; i < links; i++)
    metric->links[i].metric = metric;
  metric->name = (char *)(metric->links + links);
  memcpy(metric->name, s->name, name_size);
  int status = ha_hash_add(&m->metrics, &metric->hash, name_hash(s->name));
  if (status != 0) {
    free(metric);
    return status;
  }
  m->uncached_count++;
  *ret_metric = metric;
  return 0;
}

static void remove_metric(struct mapping *m, struct metric *metric) {
  for (size_t i = 0; i < metric->link_count; i++)
    unlink_row(&metric->links[i]);
  set_cached(m, metric, true);
  ha_hash_remove(&m->metrics, &metric->hash);
  free(metric);
}

// --- what plugins hand over ahead -----------------------------------------------

static bool comes_ahead(const struct mapping *m, const struct sample *s) {
  if (strcmp(s->field[FIELD_HOST], m->host) != 0)
    return false;
  for (size_t i = 0; i < m->ahead_count; i++)
    if (strcmp(m->ahead[i], s->field[FIELD_PLUGIN]) == 0)
      return true;
  return false;
}

// Without memory it is remembered at the next value.
static void remember_source(struct mapping *m, const struct sample *s) {
  if (comes_ahead(m, s) || strcmp(s->field[FIELD_HOST], m->host) != 0)
    return;
  char **room = ha_array_room(m->ahead, m->ahead_count, sizeof(*room));
  if (room == NULL)
    return;
  m->ahead = room;
  m->ahead[m->ahead_count] = strdup(s->field[FIELD_PLUGIN]);
  m->ahead_count += m->ahead[m->ahead_count] != NULL;
}

// Its plugin's threads may overtake each other by less than an interval; by more the
// clock was set back.
static bool is_too_late(uint64_t last, const struct sample *s) {
  return s->time < last && last - s->time < s->interval;
}

static void turn_back(uint64_t *time, uint64_t to) {
  if (*time > to)
    *time = to;
}

int mapping_take_ahead(struct mapping *m, const struct sample *s,
                       struct trouble_list *troubles) {
  struct context c = {s, troubles, &(struct found){NULL, NULL}};
  struct metric *metric = find_metric(m, s->name);
  int status = metric == NULL ? add_metric(m, s, &metric) : 0;
  if (metric == NULL)
    return status;
  remember_source(m, s);
  if (is_too_late(metric->ahead, s) || is_too_late(metric->told, s))
    return 0;
  turn_back(&metric->time, s->time);
  turn_back(&metric->told, s->time);
  metric->ahead = s->time;
  metric->keep = s->keep;
  for (size_t i = 0; i < metric->link_count; i++)
    write_ahead(&c, &metric->links[i]);
  return 0;
}

// --- what the cache and notifications bring -------------------------------------

int mapping_update(struct mapping *m, const struct sample *s, bool add,
                   struct trouble_list *troubles) {
  struct context c = {s, troubles, &(struct found){NULL, NULL}};
  struct metric *metric = find_metric(m, s->name);
  int status = 0;
  if (metric == NULL)
    status = !add ? -ENOENT : comes_ahead(m, s) ? 0 : add_metric(m, s, &metric);
  if (metric == NULL)
    return status;
  if (add)
    set_cached(m, metric, true);
  if (s->time < metric->time)
    return 0;
  metric->time = s->time;
  for (size_t i = 0; i < metric->link_count; i++)
    update_link(&c, &metric->links[i]);
  return 0;
}

int mapping_tell(struct mapping *m, const struct sample *s, enum news news,
                 struct trouble_list *troubles) {
  struct context c = {s, troubles, &(struct found){NULL, NULL}};
  struct metric *metric = find_metric(m, s->name);
  if (metric == NULL)
    return -ENOENT;
  if (s->time < metric->time || s->time < metric->told || s->time < metric->ahead)
    return 0;
  metric->told = s->time;
  if (news == NEWS_GONE)
    metric->keep = 0;
  for (size_t i = 0; i < metric->link_count; i++)
    tell_link(&c, &metric->links[i], news);
  return 0;
}

// What came from the future is not kept: the clock was set back.
static bool is_kept(const struct metric *metric, uint64_t now) {
  uint64_t last = metric->ahead;
  return (now > last ? now - last : last - now) < metric->keep;
}

// Rates are the cache's, whoever told the number.
static void clear_rates(struct metric *metric) {
  for (size_t i = 0; i < metric->link_count; i++)
    if (metric->links[i].rule->source.rate)
      unlink_row(&metric->links[i]);
}

void mapping_expire(struct mapping *m, const char *name, uint64_t now) {
  struct metric *metric = find_metric(m, name);
  if (metric == NULL)
    return;
  if (!is_kept(metric, now)) {
    remove_metric(m, metric);
    return;
  }
  set_cached(m, metric, false);
  clear_rates(metric);
}

// Mostly all are in the cache, and there is nothing to look through.
void mapping_sweep(struct mapping *m, uint64_t now) {
  for (size_t i = 0; m->uncached_count > 0 && i < m->metrics.bucket_count; i++) {
    struct ha_hash_link *next, *link = m->metrics.buckets[i];
    for (; link != NULL; link = next) {
      struct metric *metric = (struct metric *)link;
      next = link->next;
      if (!metric->is_cached && !is_kept(metric, now))
        remove_metric(m, metric);
    }
  }
}

const char *mapping_writer(const struct row *row, size_t cell,
                           const struct data_rule **ret_rule) {
  const struct link *link = row_writer(row, cell);
  if (link == NULL)
    return NULL;
  *ret_rule = link->rule;
  return link->metric->name;
}
