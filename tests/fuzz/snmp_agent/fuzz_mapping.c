// SPDX-License-Identifier: MIT
// Do the tables show what the plainest bookkeeping of the same values would?
//
// Twelve values with changing numbers and meta data come, by collectd's queue or ahead of
// it, at times of their own, expire, and notifications speak of them; six rules put them
// into four tables: by a field that two values share, by an index that moves, by nested
// numbers, by IndexOID. The model keeps one entry a rule and value (where it is, what it
// wrote) and one a value (when it came from where), and after each step is compared with
// a whole walk.
#include "input.h"

#include <math.h>

#include "../../unit/snmp_agent/make_rules.h"
#include "core/contexts.h"

enum { INSTANCES = 4, NAMES = 3, METRICS = INSTANCES * NAMES, RULES = 6, STEPS = 150 };
enum { MAX_CELLS = METRICS * RULES };
enum { PLUGINS = 2, INTERVAL = 10, KEEP = 20, START = 1000 };

static const char *const instances[INSTANCES] = {"x", "y", "z", ""};
static const char *const names[NAMES] = {"a", "ab", "b"};
static const char *const plugins[PLUGINS] = {"test", "other"};

static size_t plugin_of(size_t metric) {
  return metric / NAMES % PLUGINS;
}

// --- the rules ------------------------------------------------------------------

static const char *const columns[RULES] = {"1.1", "1.2", "2.1", "2.2", "3.1", "4.2"};

static struct mapping *make_mapping(void) {
  struct mapping *m = mapping_create();
  struct table_rule *shared = make_table(m), *moving = make_table(m),
                    *nested = make_table(m), *numbered = make_table(m);
  make_key(shared, "TypeInstance", SYNTAX_DISPLAY_STRING)->implied = true;
  make_key(moving, "Meta:ifindex", SYNTAX_INTEGER32);
  moving->notified = true;
  make_key(nested, "PluginInstance", SYNTAX_UNSIGNED32)->numbering =
      mapping_numbering(m, "outer");
  make_key(nested, "TypeInstance", SYNTAX_UNSIGNED32)->numbering =
      mapping_numbering(m, "inner");
  make_numbered(numbered, "4.1");
  make_key(numbered, "PluginInstance", SYNTAX_DISPLAY_STRING);
  make_data(m, shared, "Value", SYNTAX_GAUGE32, columns[0]);
  struct data_rule *picky = make_data(m, shared, "Value", SYNTAX_GAUGE32, columns[1]);
  make_where(&picky->where, &picky->where_count, "Meta:ifindex", "^[12]$");
  make_data(m, moving, "Value", SYNTAX_GAUGE32, columns[2]);
  struct data_rule *few = make_data(m, moving, "Value", SYNTAX_GAUGE32, columns[3]);
  make_where(&few->where, &few->where_count, "PluginInstance", "^[xy]$");
  make_data(m, nested, "Value", SYNTAX_GAUGE32, columns[4]);
  make_data(m, numbered, "Value", SYNTAX_GAUGE32, columns[5]);
  for (size_t i = 0; i < RULES; i++) {
    free(mapping_data(m, i)->match[FIELD_PLUGIN]);
    mapping_data(m, i)->match[FIELD_PLUGIN] = NULL;
  }
  CHECK(mapping_ready(m, "here") == 0);
  return m;
}

// --- the model ------------------------------------------------------------------

// What one value does by one rule: `at` is where it is, if placed.
struct place {
  bool placed, wrote, contested;
  struct oid at;
  uint64_t number;
};

// When one value came last, by which way.
struct when {
  bool there, cached;
  uint64_t cache, told, ahead, keep;
};

struct model {
  uint64_t now;
  bool comes_ahead[PLUGINS];
  struct when when[METRICS];
  struct place place[METRICS][RULES];
  int outer[INSTANCES], inner[INSTANCES][NAMES], row[INSTANCES]; // numbers, 0: none yet
  int outers, inners[INSTANCES], rows;
};

// The number of a key, which is given once and stays: no test here uses enough keys
// for a number's rest to end.
static int number_of(int *known, int *last) {
  if (*known == 0)
    *known = ++*last;
  return *known;
}

// Where the value belongs by the rule; false if nowhere.
static bool find_place(struct model *model, size_t metric, size_t rule, int ifindex,
                       struct oid *ret) {
  size_t instance = metric / NAMES, name = metric % NAMES;
  struct oid oid = make_oid(columns[rule]);
  uint32_t sub[2];
  size_t length = 1;
  if ((rule == 1 && ifindex != 1 && ifindex != 2) || (rule == 3 && instance > 1))
    return false;
  if (rule < 2) {
    length = strlen(names[name]);
    for (size_t i = 0; i < length; i++)
      sub[i] = (uint8_t)names[name][i];
  } else if (rule < 4) {
    if (ifindex < 0)
      return false;
    sub[0] = (uint32_t)ifindex;
  } else if (rule == 4) {
    length = 2;
    sub[0] = (uint32_t)number_of(&model->outer[instance], &model->outers);
    sub[1] = (uint32_t)number_of(&model->inner[instance][name], &model->inners[instance]);
  } else {
    sub[0] = (uint32_t)number_of(&model->row[instance], &model->rows);
  }
  CHECK(oid_append(&oid, sub, length) == 0);
  *ret = oid;
  return true;
}

static bool same(const struct oid *a, const struct oid *b) {
  return oid_compare(a->sub, a->length, b->sub, b->length) == 0;
}

// Writes a cell: whoever wrote it before has no part in it any more, unless it was
// taken from another.
static void model_write(struct model *model, size_t metric, size_t rule,
                        uint64_t number) {
  struct place *mine = &model->place[metric][rule];
  for (size_t i = 0; i < METRICS; i++) {
    struct place *other = &model->place[i][rule];
    if (other == mine || !other->wrote || !same(&other->at, &mine->at))
      continue;
    if (other->contested)
      return;
    other->wrote = other->contested = false;
    mine->contested = true;
  }
  mine->wrote = true;
  mine->number = number;
}

// The value says that its place is another now, or none: who wrote there has taken it
// from nobody any more.
static void model_leave(struct model *model, size_t metric, size_t rule) {
  struct place *mine = &model->place[metric][rule];
  for (size_t i = 0; i < METRICS && mine->placed; i++) {
    struct place *other = &model->place[i][rule];
    if (other->wrote && same(&other->at, &mine->at))
      other->contested = false;
  }
  *mine = (struct place){.placed = false};
}

// The rules of the table that is Notified.
static bool is_notified(size_t rule) {
  return rule == 2 || rule == 3;
}

// What comes of one value.
struct coming {
  size_t metric;
  int ifindex;
  double value;
  uint64_t time;
};

static void model_put(struct model *model, const struct coming *c, size_t rule) {
  struct place *p = &model->place[c->metric][rule];
  struct oid at;
  bool placed = find_place(model, c->metric, rule, c->ifindex, &at);
  if (!placed || !p->placed || !same(&at, &p->at)) {
    model_leave(model, c->metric, rule);
    *p = (struct place){.placed = placed, .at = placed ? at : (struct oid){.length = 0}};
  }
  if (placed && c->value >= 0 && c->value <= UINT32_MAX)
    model_write(model, c->metric, rule, (uint64_t)c->value);
  else
    p->wrote = p->contested = false;
}

// By the cache. Returns what the mapping must.
static int model_update(struct model *model, const struct coming *c, bool add) {
  struct when *w = &model->when[c->metric];
  if (!w->there && !add)
    return -ENOENT;
  if (!w->there && model->comes_ahead[plugin_of(c->metric)])
    return 0;
  w->there = true;
  w->cached |= add;
  if (c->time < w->cache)
    return 0;
  w->cache = c->time;
  for (size_t rule = 0; rule < RULES; rule++)
    if (c->time > w->ahead && !(is_notified(rule) && c->time < w->told))
      model_put(model, c, rule);
  return 0;
}

static bool is_late(uint64_t last, uint64_t time) {
  return last > time && last - time < INTERVAL;
}

static void model_ahead(struct model *model, const struct coming *c) {
  struct when *w = &model->when[c->metric];
  model->comes_ahead[plugin_of(c->metric)] = true;
  w->there = true;
  if (is_late(w->ahead, c->time) || is_late(w->told, c->time))
    return;
  w->cache = w->cache > c->time ? c->time : w->cache;
  w->told = w->told > c->time ? c->time : w->told;
  w->ahead = c->time;
  w->keep = KEEP;
  for (size_t rule = 0; rule < RULES; rule++)
    model_put(model, c, rule);
}

static int model_tell(struct model *model, const struct coming *c, enum news news) {
  struct when *w = &model->when[c->metric];
  if (!w->there)
    return -ENOENT;
  if (c->time < w->cache || c->time < w->told || c->time < w->ahead)
    return 0;
  w->told = c->time;
  if (news == NEWS_GONE)
    w->keep = 0;
  for (size_t rule = 0; rule < RULES; rule++)
    if (is_notified(rule) && news == NEWS_UPDATE)
      model_put(model, c, rule);
    else if (is_notified(rule))
      model_leave(model, c->metric, rule);
  return 0;
}

static bool is_kept(const struct model *model, size_t metric) {
  const struct when *w = &model->when[metric];
  int64_t age = (int64_t)(model->now - w->ahead);
  return (uint64_t)llabs(age) < w->keep;
}

static void model_forget(struct model *model, size_t metric) {
  if (is_kept(model, metric))
    return;
  model->when[metric] = (struct when){.there = false};
  memset(model->place[metric], 0, sizeof(model->place[metric]));
}

static void model_expire(struct model *model, size_t metric) {
  model->when[metric].cached = false;
  model_forget(model, metric);
}

static void model_sweep(struct model *model) {
  for (size_t i = 0; i < METRICS; i++)
    if (!model->when[i].cached)
      model_forget(model, i);
}

// --- the comparison -------------------------------------------------------------

// The number that the model has at `name`; false if none. IndexOID's column shows the
// index of every row that some value is placed in.
static bool model_get(const struct model *model, const struct oid *name, uint64_t *ret) {
  bool is_row_number = name->sub[0] == 4 && name->sub[1] == 1;
  struct oid at = *name;
  if (is_row_number)
    at.sub[1] = 2;
  for (size_t i = 0; i < METRICS; i++)
    for (size_t r = 0; r < RULES; r++) {
      const struct place *p = &model->place[i][r];
      if (!p->placed || !same(&p->at, &at) || (!is_row_number && !p->wrote))
        continue;
      *ret = is_row_number ? at.sub[2] : p->number;
      return true;
    }
  return false;
}

static size_t model_cells(const struct model *model) {
  size_t cells = 0;
  bool row_seen[INSTANCES + 1] = {false};
  for (size_t i = 0; i < METRICS; i++)
    for (size_t r = 0; r < RULES; r++) {
      const struct place *p = &model->place[i][r];
      cells += p->wrote;
      if (r == 5 && p->placed && !row_seen[p->at.sub[2]])
        row_seen[p->at.sub[2]] = ++cells;
    }
  return cells;
}

static void compare(const struct model *model, struct view *view) {
  struct oid at = {.length = 0}, end = {.length = 0}, next;
  struct smi_value value;
  size_t cells = 0;
  while (view_next(view, &at, false, &end, &next, &value)) {
    uint64_t number;
    CHECK(oid_compare(at.sub, at.length, next.sub, next.length) < 0);
    CHECK(model_get(model, &next, &number) && number == value.number);
    CHECK(++cells <= MAX_CELLS);
    at = next;
  }
  CHECK(cells == model_cells(model));
}

// --- the steps ------------------------------------------------------------------

// Mostly later than before; at times the clock is set back.
static void pass_time(struct model *model, struct input *in) {
  uint32_t passed = choose(in, 32);
  model->now = passed == 31 && model->now > START ? model->now - 3 * KEEP
                                                  : model->now + passed % 4 * 4;
}

static struct fake *fake_of(struct fake *f, const struct coming *c) {
  fake(f, instances[c->metric / NAMES], names[c->metric % NAMES], real(c->value));
  f->sample.field[FIELD_PLUGIN] = plugins[plugin_of(c->metric)];
  f->sample.time = c->time;
  if (c->ifindex >= 0) {
    f->metas[0].key = "ifindex";
    f->metas[0].value = whole(c->ifindex);
  }
  return f;
}

// What was measured, up to three intervals ago.
static struct coming coming_of(const struct model *model, struct input *in) {
  static const double values[] = {0, 1, 2, 4294967295.0, 4294967296.0, -1, NAN, INFINITY};
  struct coming c = {.metric = choose(in, METRICS)};
  c.value = values[choose(in, 8)];
  c.ifindex = (int)choose(in, 5) - 1;
  c.time = model->now - choose(in, 3 * INTERVAL);
  return c;
}

static void step(struct model *model, struct mapping *m, struct input *in) {
  struct trouble_list troubles = {.report_count = 0};
  struct fake f;
  pass_time(model, in);
  struct coming c = coming_of(model, in);
  struct sample *sample = &fake_of(&f, &c)->sample;
  switch (choose(in, 8)) {
  case 0:
    mapping_expire(m, f.name, model->now);
    model_expire(model, c.metric);
    break;
  case 1:
    CHECK(mapping_update(m, sample, false, &troubles) == model_update(model, &c, false));
    break;
  case 2:
    CHECK(mapping_tell(m, sample, NEWS_UPDATE, &troubles) ==
          model_tell(model, &c, NEWS_UPDATE));
    break;
  case 3:
    CHECK(mapping_tell(m, sample, NEWS_GONE, &troubles) ==
          model_tell(model, &c, NEWS_GONE));
    break;
  case 4:
    mapping_sweep(m, model->now);
    model_sweep(model);
    break;
  case 5:
    sample->interval = INTERVAL;
    sample->keep = KEEP;
    CHECK(mapping_take_ahead(m, sample, &troubles) == 0);
    model_ahead(model, &c);
    break;
  default:
    CHECK(mapping_update(m, sample, true, &troubles) == model_update(model, &c, true));
  }
}

// No row outlives the last value in it, nor does a cell's emptiness hide one.
static void expire_all(struct mapping *m) {
  struct fake f;
  for (size_t i = 0; i < METRICS; i++)
    mapping_expire(m, fake(&f, instances[i / NAMES], names[i % NAMES], real(0))->name,
                   UINT64_MAX);
  for (size_t i = 0; i < mapping_tables(m); i++)
    CHECK(table_rows(mapping_table(m, i)->table) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct input in = {data, size};
  struct mapping *m = make_mapping();
  struct contexts *contexts;
  struct contexts_conflict conflict;
  CHECK(contexts_create(m, &contexts, &conflict) == 0);
  struct model *model = calloc(1, sizeof(*model));
  CHECK(model != NULL);
  model->now = START;
  for (size_t i = 0; in.left > 0 && i < STEPS; i++) {
    step(model, m, &in);
    compare(model, contexts_find(contexts, ""));
  }
  expire_all(m);
  free(model);
  contexts_destroy(contexts);
  mapping_destroy(m);
  return 0;
}
