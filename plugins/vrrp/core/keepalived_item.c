// SPDX-License-Identifier: MIT
// What does keepalived say about one virtual address, route or rule?
#include "core/keepalived_item.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

// keepalived formats a line into 256 bytes; where it filled them the last word
// may be half a word.
enum { LINE_FULL = 254 };

struct reader {
  const char *at;
  const char *end;
};

// What a line said so far.
struct draft {
  size_t fact_count, hop_count;
  struct vrrp_keepalived_fact facts[VRRP_KEEPALIVED_FACTS_MAX];
  struct vrrp_keepalived_item hops[VRRP_KEEPALIVED_HOPS_MAX];
};

struct word_rule;
typedef void word_reader(struct reader *r, const struct word_rule *rule, struct draft *d);

// How one word of a line is read: it and what follows it become facts.
struct word_rule {
  const char *word;
  word_reader *read;
  const char *key;
  const char *second; // the key of the second half, or of the prefix length
  int64_t number;     // for words that stand for a number
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

// --- words ----------------------------------------------------------------

static struct reader reader_of(const char *line) {
  size_t length = strlen(line);
  bool may_be_cut = length >= LINE_FULL;
  while (may_be_cut && length > 0 && line[length - 1] != ' ')
    length--;
  return (struct reader){.at = line, .end = line + length};
}

// Copies the next word, cut to fit, and steps behind it. False at the end.
static bool next_word(struct reader *r, char word[static VRRP_KEEPALIVED_WORD_SIZE]) {
  while (r->at < r->end && *r->at == ' ')
    r->at++;
  size_t length = 0;
  for (; r->at < r->end && *r->at != ' '; r->at++)
    if (length < VRRP_KEEPALIVED_WORD_SIZE - 1)
      word[length++] = *r->at;
  word[length] = '\0';
  return length > 0;
}

// Steps over the next word if it is this one.
static bool skip_word(struct reader *r, const char *wanted) {
  char word[VRRP_KEEPALIVED_WORD_SIZE];
  struct reader ahead = *r;
  if (!next_word(&ahead, word) || strcmp(word, wanted) != 0)
    return false;
  *r = ahead;
  return true;
}

// --- facts ----------------------------------------------------------------

// Which one of n facts has the key; n if none has.
static size_t find_fact(const struct vrrp_keepalived_fact *facts, size_t n,
                        const char *key) {
  size_t i = 0;
  while (i < n && strcmp(facts[i].key, key) != 0)
    i++;
  return i;
}

static bool is_said(const struct draft *d, const char *key) {
  return find_fact(d->facts, d->fact_count, key) < d->fact_count;
}

// A place for a fact: its own if it was said before (the last word counts), or
// NULL once there are too many.
static struct vrrp_keepalived_fact *draft_fact(struct draft *d, const char *key) {
  size_t i = find_fact(d->facts, d->fact_count, key);
  if (i == VRRP_KEEPALIVED_FACTS_MAX)
    return NULL;
  d->fact_count += i == d->fact_count;
  return &d->facts[i];
}

static void say_number(struct draft *d, const char *key, int64_t number) {
  struct vrrp_keepalived_fact *fact = draft_fact(d, key);
  if (fact != NULL)
    *fact = (struct vrrp_keepalived_fact){.key = key, .number = number};
}

static void say_text(struct draft *d, const char *key, const char *text) {
  struct vrrp_keepalived_fact *fact = draft_fact(d, key);
  if (fact == NULL)
    return;
  *fact = (struct vrrp_keepalived_fact){.key = key, .is_text = true};
  strncpy(fact->text, text, sizeof(fact->text) - 1);
}

// A whole number, decimal or 0x…, with nothing behind it but `unit`.
static bool parse_number(const char *text, const char *unit, int64_t *ret_number) {
  char *end;
  errno = 0;
  long long number = strtoll(text, &end, 0);
  if (errno != 0 || end == text || (*end != '\0' && strcmp(end, unit) != 0))
    return false;
  *ret_number = number;
  return true;
}

// "192.0.2.1/24" becomes the address, its prefix length (the longest if there
// is none) and the family.
static bool say_address(struct draft *d, char *text, const char *key,
                        const char *prefix_key) {
  uint8_t bytes[16];
  char canonical[INET6_ADDRSTRLEN];
  char *slash = strchr(text, '/');
  if (slash != NULL)
    *slash = '\0';
  int family = strchr(text, ':') != NULL ? AF_INET6 : AF_INET;
  int64_t longest = family == AF_INET6 ? 128 : 32;
  int64_t prefix = longest;
  if (inet_pton(family, text, bytes) != 1 ||
      inet_ntop(family, bytes, canonical, sizeof(canonical)) == NULL)
    return false;
  if (slash != NULL &&
      (!parse_number(slash + 1, "", &prefix) || prefix < 0 || prefix > longest))
    return false;
  say_text(d, key, canonical);
  say_number(d, "family", family == AF_INET6 ? 6 : 4);
  if (prefix_key != NULL)
    say_number(d, prefix_key, prefix);
  return true;
}

// --- how a word is read ---------------------------------------------------

static void read_flag(struct reader *r, const struct word_rule *rule, struct draft *d) {
  (void)r;
  say_number(d, rule->key, 1);
}

static void read_constant(struct reader *r, const struct word_rule *rule,
                          struct draft *d) {
  (void)r;
  say_number(d, rule->key, rule->number);
}

static void read_text(struct reader *r, const struct word_rule *rule, struct draft *d) {
  char word[VRRP_KEEPALIVED_WORD_SIZE];
  if (next_word(r, word))
    say_text(d, rule->key, word);
}

static void read_number(struct reader *r, const struct word_rule *rule, struct draft *d) {
  char word[VRRP_KEEPALIVED_WORD_SIZE];
  int64_t number;
  if (next_word(r, word) && parse_number(word, "sec", &number))
    say_number(d, rule->key, number);
}

// A rule's "lookup 100": an action, and what it acts on.
static void read_action(struct reader *r, const struct word_rule *rule, struct draft *d) {
  say_number(d, "action", rule->number);
  if (rule->key != NULL)
    read_number(r, rule, d);
}

// A route metric: "mtu lock 1400".
static void read_metric(struct reader *r, const struct word_rule *rule, struct draft *d) {
  say_number(d, rule->second, skip_word(r, "lock"));
  read_number(r, rule, d);
}

// A time, "1.5s" or "12.25ms", as milliseconds; may be locked.
static void read_time(struct reader *r, const struct word_rule *rule, struct draft *d) {
  char word[VRRP_KEEPALIVED_WORD_SIZE];
  char *unit;
  say_number(d, rule->second, skip_word(r, "lock"));
  if (!next_word(r, word))
    return;
  double time = strtod(word, &unit);
  double scale = strcmp(unit, "s") == 0 ? 1000 : strcmp(unit, "ms") == 0 ? 1 : 0;
  if (unit != word && scale > 0 && time >= 0 && time < 1e12)
    say_number(d, rule->key, (int64_t)(time * scale));
}

static void read_address(struct reader *r, const struct word_rule *rule,
                         struct draft *d) {
  char word[VRRP_KEEPALIVED_WORD_SIZE];
  if (next_word(r, word))
    (void)say_address(d, word, rule->key, rule->second);
}

// "via inet 10.0.0.1", "via inet6 fe80::1". A gateway may be of another family
// than its route, so it does not tell the route's.
static void read_gateway(struct reader *r, const struct word_rule *rule,
                         struct draft *d) {
  const struct vrrp_keepalived_fact *family;
  struct draft gateway = {0};
  if (!skip_word(r, "inet"))
    (void)skip_word(r, "inet6");
  read_address(r, rule, &gateway);
  family = gateway.fact_count > 1 ? &gateway.facts[1] : NULL;
  if (family == NULL)
    return;
  say_text(d, rule->key, gateway.facts[0].text);
  say_number(d, rule->second, family->number);
}

// "vrrp.10@eth0": the interface and the one below it.
static void read_device(struct reader *r, const struct word_rule *rule, struct draft *d) {
  char word[VRRP_KEEPALIVED_WORD_SIZE];
  if (!next_word(r, word))
    return;
  size_t name_length = strcspn(word, "@");
  bool has_base = word[name_length] != '\0';
  word[name_length] = '\0';
  say_text(d, rule->key, word);
  if (has_base)
    say_text(d, rule->second, word + name_length + 1);
}

static void read_scope(struct reader *r, const struct word_rule *rule, struct draft *d) {
  static const struct {
    const char *name;
    int64_t scope;
  } SCOPES[] = {
      {"global", 0}, {"site", 200}, {"link", 253}, {"host", 254}, {"nowhere", 255}};
  char word[VRRP_KEEPALIVED_WORD_SIZE];
  int64_t scope = -1;
  if (!next_word(r, word))
    return;
  for (size_t i = 0; i < COUNT(SCOPES); i++)
    if (strcmp(word, SCOPES[i].name) == 0)
      scope = SCOPES[i].scope;
  if (scope >= 0 || parse_number(word, "", &scope))
    say_number(d, rule->key, scope);
}

// Two numbers, "1000-2000" or "0x1/0xff"; the second may be missing.
static void read_pair(struct reader *r, const struct word_rule *rule, struct draft *d) {
  char word[VRRP_KEEPALIVED_WORD_SIZE];
  int64_t number;
  if (!next_word(r, word))
    return;
  size_t first = strcspn(word, "-/");
  bool has_second = word[first] != '\0';
  word[first] = '\0';
  if (parse_number(word, "", &number))
    say_number(d, rule->key, number);
  if (has_second && parse_number(word + first + 1, "", &number))
    say_number(d, rule->second, number);
}

// --- the words of each kind -----------------------------------------------

static const struct word_rule ADDRESS_WORDS[] = {
    {"brd", read_address, "broadcast", NULL, 0},
    {"dev", read_device, "ifname", "base_ifname", 0},
    {"use_vmac", read_flag, "vmac", NULL, 0},
    {"scope", read_scope, "scope", NULL, 0},
    {"label", read_text, "label", NULL, 0},
    {"peer", read_address, "peer", "prefix", 0},
    {"no_track", read_flag, "no_track", NULL, 0},
    {"track_group", read_text, "track_group", NULL, 0},
    {"deprecated", read_flag, "deprecated", NULL, 0},
    {"preferred_lft", read_number, "preferred_lft", NULL, 0},
    {"set", read_flag, "set", NULL, 0},
};

static const struct word_rule ENCAP_WORDS[] = {
    {"id", read_number, "encap_id", NULL, 0},
    {"dst", read_address, "encap_dst", NULL, 0},
    {"src", read_address, "encap_src", NULL, 0},
    {"tos", read_number, "encap_tos", NULL, 0},
    {"tc", read_number, "encap_tos", NULL, 0},
    {"ttl", read_number, "encap_ttl", NULL, 0},
    {"hoplimit", read_number, "encap_ttl", NULL, 0},
    {"flags", read_number, "encap_flags", NULL, 0},
};

static const struct word_rule *find_rule(const struct word_rule *rules, size_t n,
                                         const char *word) {
  for (size_t i = 0; i < n; i++)
    if (strcmp(rules[i].word, word) == 0)
      return &rules[i];
  return NULL;
}

// What an encapsulation says is said of the route, but for the family.
static void say_encap(struct draft *d, const struct draft *encap) {
  for (size_t i = 0; i < encap->fact_count; i++) {
    const struct vrrp_keepalived_fact *fact = &encap->facts[i];
    if (strcmp(fact->key, "family") == 0)
      continue;
    if (fact->is_text)
      say_text(d, fact->key, fact->text);
    else
      say_number(d, fact->key, fact->number);
  }
}

// The words of an encapsulation look like the route's own; they are its own as
// long as they follow one another.
static void read_encap(struct reader *r, const struct word_rule *encap_rule,
                       struct draft *d) {
  (void)encap_rule;
  char word[VRRP_KEEPALIVED_WORD_SIZE];
  struct draft encap = {0};
  if (!next_word(r, word))
    return;
  say_text(d, "encap_type", word);
  if (strcmp(word, "mpls") == 0)
    read_text(r, &(struct word_rule){.key = "encap_labels"}, d);
  else if (strcmp(word, "ila") == 0)
    read_number(r, &(struct word_rule){.key = "encap_locator"}, d);
  for (struct reader ahead = *r; next_word(&ahead, word); *r = ahead) {
    const struct word_rule *rule = find_rule(ENCAP_WORDS, COUNT(ENCAP_WORDS), word);
    if (rule == NULL)
      break;
    rule->read(&ahead, rule, &encap);
  }
  say_encap(d, &encap);
}

static const struct word_rule HOP_WORDS[] = {
    {"via", read_gateway, "gateway", "gateway_family", 0},
    {"dev", read_text, "ifname", NULL, 0},
    {"weight", read_number, "weight", NULL, 0},
    {"onlink", read_flag, "onlink", NULL, 0},
    {"realms", read_pair, "realm_src", "realm_dst", 0},
    {"realm", read_number, "realm_dst", NULL, 0},
    {"encap", read_encap, NULL, NULL, 0},
};

static const struct word_rule ROUTE_WORDS[] = {
    {"from", read_address, "from", "from_prefix", 0},
    {"src", read_address, "source", NULL, 0},
    {"tos", read_number, "tos", NULL, 0},
    {"via", read_gateway, "gateway", "gateway_family", 0},
    {"dev", read_text, "ifname", NULL, 0},
    {"table", read_number, "table", NULL, 0},
    {"proto", read_number, "protocol", NULL, 0},
    {"scope", read_scope, "scope", NULL, 0},
    {"metric", read_number, "metric", NULL, 0},
    {"onlink", read_flag, "onlink", NULL, 0},
    {"realms", read_pair, "realm_src", "realm_dst", 0},
    {"realm", read_number, "realm_dst", NULL, 0},
    {"encap", read_encap, NULL, NULL, 0},
    {"expires", read_number, "expires", NULL, 0},
    {"congctl", read_text, "congctl", NULL, 0},
    {"rtt", read_time, "rtt", "rtt_lock", 0},
    {"rttvar", read_time, "rttvar", "rttvar_lock", 0},
    {"rto_min", read_time, "rto_min", "rto_min_lock", 0},
    {"ecn", read_flag, "ecn", NULL, 0},
    {"mtu", read_metric, "mtu", "mtu_lock", 0},
    {"window", read_metric, "window", "window_lock", 0},
    {"ssthresh", read_metric, "ssthresh", "ssthresh_lock", 0},
    {"cwnd", read_metric, "cwnd", "cwnd_lock", 0},
    {"advmss", read_metric, "advmss", "advmss_lock", 0},
    {"reordering", read_metric, "reordering", "reordering_lock", 0},
    {"hoplimit", read_number, "hoplimit", NULL, 0},
    {"initcwnd", read_number, "initcwnd", NULL, 0},
    {"initrwnd", read_number, "initrwnd", NULL, 0},
    {"quickack", read_number, "quickack", NULL, 0},
    {"pref", read_text, "pref", NULL, 0},
    {"fastopen_no_cookie", read_number, "fastopen_no_cookie", NULL, 0},
    {"no_track", read_flag, "no_track", NULL, 0},
    {"track_group", read_text, "track_group", NULL, 0},
};

// The actions of linux/fib_rules.h.
enum {
  ACTION_LOOKUP = 1,
  ACTION_GOTO = 2,
  ACTION_NOP = 3,
  ACTION_BLACKHOLE = 6,
  ACTION_UNREACHABLE = 7,
  ACTION_PROHIBIT = 8,
};

static const struct word_rule RULE_WORDS[] = {
    {"not", read_flag, "invert", NULL, 0},
    {"inet6", read_constant, "family", NULL, 6},
    {"from", read_address, "from", "from_prefix", 0},
    {"to", read_address, "to", "to_prefix", 0},
    {"priority", read_number, "preference", NULL, 0},
    {"tos", read_number, "tos", NULL, 0},
    {"fwmark", read_pair, "fwmark", "fwmask", 0},
    {"iif", read_text, "iif", NULL, 0},
    {"oif", read_text, "oif", NULL, 0},
    {"suppress_prefixlen", read_number, "suppress_prefixlen", NULL, 0},
    {"suppress_ifgroup", read_number, "suppress_ifgroup", NULL, 0},
    {"tunnel-id", read_number, "tunnel_id", NULL, 0},
    {"uidrange", read_pair, "uid_start", "uid_end", 0},
    {"l3mdev", read_flag, "l3mdev", NULL, 0},
    {"protocol", read_number, "protocol", NULL, 0},
    {"ipproto", read_number, "ip_protocol", NULL, 0},
    {"sport", read_pair, "sport_start", "sport_end", 0},
    {"dport", read_pair, "dport_start", "dport_end", 0},
    {"realms", read_pair, "realm_src", "realm_dst", 0},
    {"lookup", read_action, "table", NULL, ACTION_LOOKUP},
    {"goto", read_action, "target", NULL, ACTION_GOTO},
    {"nop", read_action, NULL, NULL, ACTION_NOP},
    {"blackhole", read_action, NULL, NULL, ACTION_BLACKHOLE}, // "type blackhole"
    {"unreachable", read_action, NULL, NULL, ACTION_UNREACHABLE},
    {"prohibit", read_action, NULL, NULL, ACTION_PROHIBIT},
    {"no_track", read_flag, "no_track", NULL, 0},
    {"track_group", read_text, "track_group", NULL, 0},
};

// --- lines ----------------------------------------------------------------

// Reads words until the end, or until `stop`, which is left to be read.
static void read_words(struct reader *r, const struct word_rule *rules, size_t n,
                       const char *stop, struct draft *d) {
  char word[VRRP_KEEPALIVED_WORD_SIZE];
  for (struct reader ahead = *r; next_word(&ahead, word); *r = ahead) {
    if (stop != NULL && strcmp(word, stop) == 0)
      return;
    const struct word_rule *rule = find_rule(rules, n, word);
    if (rule != NULL)
      rule->read(&ahead, rule, d);
  }
}

// Makes an item of a draft; takes over the draft's hops, also on failure.
static int draft_finish(struct draft *d, struct vrrp_keepalived_item *ret_item) {
  struct vrrp_keepalived_item item = {.fact_count = d->fact_count,
                                      .hop_count = d->hop_count};
  size_t facts_size = d->fact_count * sizeof(d->facts[0]);
  size_t hops_size = d->hop_count * sizeof(d->hops[0]);
  item.facts = malloc(facts_size + 1); // malloc(0) may give NULL
  item.hops = malloc(hops_size + 1);
  if (item.facts == NULL || item.hops == NULL) {
    for (size_t i = 0; i < d->hop_count; i++)
      vrrp_keepalived_item_clear(&d->hops[i]);
    free(item.facts);
    free(item.hops);
    return -ENOMEM;
  }
  memcpy(item.facts, d->facts, facts_size);
  memcpy(item.hops, d->hops, hops_size);
  *ret_item = item;
  return 0;
}

static int read_hop(struct reader *r, struct vrrp_keepalived_item *ret_hop) {
  struct draft hop = {0};
  read_words(r, HOP_WORDS, COUNT(HOP_WORDS), "nexthop", &hop);
  if (!is_said(&hop, "onlink"))
    say_number(&hop, "onlink", 0);
  return draft_finish(&hop, ret_hop);
}

int vrrp_keepalived_address_parse(const char *line,
                                  struct vrrp_keepalived_item *ret_item) {
  char word[VRRP_KEEPALIVED_WORD_SIZE];
  struct reader r = reader_of(line);
  struct draft d = {0};
  if (!next_word(&r, word) || !say_address(&d, word, "address", "prefix"))
    return -EBADMSG;
  int64_t family = d.facts[1].number;
  read_words(&r, ADDRESS_WORDS, COUNT(ADDRESS_WORDS), NULL, &d);
  say_number(&d, "family", family);
  if (family == 4 && !is_said(&d, "broadcast"))
    say_text(&d, "broadcast", "0.0.0.0");
  return draft_finish(&d, ret_item);
}

// "default" or a prefix; the route's type may stand before it.
static bool read_destination(struct reader *r, struct draft *d) {
  char word[VRRP_KEEPALIVED_WORD_SIZE];
  for (int i = 0; i < 2 && next_word(r, word); i++) {
    if (strcmp(word, "default") == 0 || say_address(d, word, "destination", "prefix"))
      return true;
    say_text(d, "type", word);
  }
  return false;
}

// keepalived leaves out what is as usual. For the family of a default route only
// its gateway speaks.
static void say_usual(struct draft *d) {
  static const struct {
    const char *key;
    int64_t number;
  } USUAL[] = {{"table", 254}, {"scope", 0}, {"metric", 0}, {"ecn", 0}, {"quickack", 0}};
  int64_t family = 4;
  size_t gateway = find_fact(d->facts, d->fact_count, "gateway_family");
  if (gateway < d->fact_count)
    family = d->facts[gateway].number;
  if (!is_said(d, "family"))
    say_number(d, "family", family);
  for (size_t i = 0; i < COUNT(USUAL); i++)
    if (!is_said(d, USUAL[i].key))
      say_number(d, USUAL[i].key, USUAL[i].number);
  if (d->hop_count > 0)
    say_text(d, "type", "ecmp");
  else if (!is_said(d, "type"))
    say_text(d, "type", "unicast");
}

int vrrp_keepalived_route_parse(const char *line, struct vrrp_keepalived_item *ret_item) {
  struct reader r = reader_of(line);
  struct draft d = {0};
  if (!skip_word(&r, "add") && !skip_word(&r, "append"))
    (void)skip_word(&r, "prepend");
  if (!read_destination(&r, &d))
    return -EBADMSG;
  read_words(&r, ROUTE_WORDS, COUNT(ROUTE_WORDS), "nexthop", &d);
  while (skip_word(&r, "nexthop") && d.hop_count < VRRP_KEEPALIVED_HOPS_MAX) {
    int status = read_hop(&r, &d.hops[d.hop_count]);
    if (status < 0) {
      for (size_t i = 0; i < d.hop_count; i++)
        vrrp_keepalived_item_clear(&d.hops[i]);
      return status;
    }
    d.hop_count++;
  }
  say_usual(&d);
  return draft_finish(&d, ret_item);
}

int vrrp_keepalived_rule_parse(const char *line, struct vrrp_keepalived_item *ret_item) {
  struct reader r = reader_of(line);
  struct draft d = {0};
  read_words(&r, RULE_WORDS, COUNT(RULE_WORDS), NULL, &d);
  if (d.fact_count == 0)
    return -EBADMSG;
  return draft_finish(&d, ret_item);
}

// --- items ----------------------------------------------------------------

void vrrp_keepalived_item_clear(struct vrrp_keepalived_item *item) {
  for (size_t i = 0; i < item->hop_count; i++)
    vrrp_keepalived_item_clear(&item->hops[i]);
  free(item->hops);
  free(item->facts);
  *item = (struct vrrp_keepalived_item){0};
}

const struct vrrp_keepalived_fact *
vrrp_keepalived_item_fact(const struct vrrp_keepalived_item *item, const char *key) {
  size_t i = find_fact(item->facts, item->fact_count, key);
  return i < item->fact_count ? &item->facts[i] : NULL;
}

const char *vrrp_keepalived_item_text(const struct vrrp_keepalived_item *item,
                                      const char *key) {
  const struct vrrp_keepalived_fact *fact = vrrp_keepalived_item_fact(item, key);
  return fact != NULL && fact->is_text ? fact->text : "";
}

int64_t vrrp_keepalived_item_number(const struct vrrp_keepalived_item *item,
                                    const char *key, int64_t otherwise) {
  const struct vrrp_keepalived_fact *fact = vrrp_keepalived_item_fact(item, key);
  return fact != NULL && !fact->is_text ? fact->number : otherwise;
}
