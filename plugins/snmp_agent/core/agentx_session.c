// SPDX-License-Identifier: MIT
// What does a subagent say to its master, and when, and what when it gets no answer?
#include "core/agentx_session.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/agentx_regions.h"

enum {
  OUTPUT_MAX = 1 << 20,  // a master that leaves more unread is given up
  OUTPUT_BUSY = 1 << 16, // with so much unread, nothing unasked-for is said
};

enum state { DOWN, OPENING, OPEN };

// The Open or Ping that the master has yet to answer.
struct question {
  bool asked;
  uint32_t packet_id;
  uint64_t at;
};

struct agentx_session {
  struct agentx_session_options options; // owns its description
  struct agentx_responder responder;
  enum state state;
  struct agentx_header next; // session_id, and the packet_id used last
  struct question question;
  uint64_t heard_at; // the master's last Response
  bool uptime_known;
  int64_t uptime_zero;
  struct agentx_writer out;
  size_t sent; // how much of `out` has gone
  struct agentx_regions regions;
  struct agentx_notification *first_notification;
  struct agentx_notification **last_notification;
  size_t notification_count;
  struct agentx_stats stats;
};

int agentx_session_new(const struct agentx_session_options *options,
                       const struct agentx_ops *ops, void *ctx,
                       struct agentx_session **ret) {
  struct agentx_session *s = calloc(1, sizeof(*s));
  char *description = strdup(options->description);
  if (s == NULL || description == NULL) {
    free(s);
    free(description);
    return -ENOMEM;
  }
  s->options = *options;
  s->options.description = description;
  s->responder = (struct agentx_responder){.ops = ops, .ctx = ctx};
  s->last_notification = &s->first_notification;
  agentx_writer_init(&s->out, OUTPUT_MAX);
  agentx_regions_init(&s->regions, options->refused_ms);
  *ret = s;
  return 0;
}

static void pop_notification(struct agentx_session *s) {
  struct agentx_notification *n = s->first_notification;
  s->first_notification = n->next;
  if (s->first_notification == NULL)
    s->last_notification = &s->first_notification;
  s->notification_count--;
  free(n);
}

void agentx_session_free(struct agentx_session *s) {
  if (s == NULL)
    return;
  agentx_session_disconnected(s);
  while (s->first_notification != NULL)
    pop_notification(s);
  agentx_regions_free(&s->regions);
  agentx_writer_free(&s->out);
  free((char *)s->options.description);
  free(s);
}

int agentx_session_add_region(struct agentx_session *s,
                              const struct agentx_region *region) {
  return agentx_regions_add(&s->regions, region);
}

int agentx_session_remove_region(struct agentx_session *s,
                                 const struct agentx_region *region) {
  return agentx_regions_remove(&s->regions, region);
}

void agentx_session_notify(struct agentx_session *s, struct agentx_notification *n) {
  n->next = NULL;
  *s->last_notification = n;
  s->last_notification = &n->next;
  s->notification_count++;
  if (s->notification_count > s->options.notify_max) {
    pop_notification(s);
    s->stats.notify_dropped++;
  }
}

// Coming and going

static void ask(struct agentx_session *s, uint64_t now) {
  s->question = (struct question){true, s->next.packet_id, now};
}

int agentx_session_connected(struct agentx_session *s, uint64_t now) {
  agentx_session_disconnected(s);
  s->next.packet_id++;
  int status = agentx_write_open(&s->out, s->next, s->options.timeout_s, &s->options.id,
                                 s->options.description);
  if (status != 0)
    return status;
  s->state = OPENING;
  ask(s, now);
  return 0;
}

void agentx_session_disconnected(struct agentx_session *s) {
  s->state = DOWN;
  s->next.session_id = 0;
  s->question.asked = false;
  s->out.length = 0;
  s->sent = 0;
  agentx_responder_reset(&s->responder);
  agentx_regions_reset(&s->regions);
}

void agentx_session_close(struct agentx_session *s) {
  s->next.packet_id++;
  if (s->state == OPEN)
    agentx_write_close(&s->out, s->next, AGENTX_REASON_SHUTDOWN);
}

// What the master says

static void count(struct agentx_session *s, enum agentx_fault fault) {
  s->stats.faults[fault]++;
}

static int on_answer_to_question(struct agentx_session *s, const struct agentx_header *h,
                                 const struct agentx_response *response) {
  s->question.asked = false;
  if (s->state != OPENING)
    return 0;
  if (response->error != AGENTX_NO_ERROR)
    return -EPERM;
  s->state = OPEN;
  s->next.session_id = h->session_id;
  s->stats.opened++;
  return 0;
}

static void on_answer_about_region(struct agentx_session *s,
                                   const struct agentx_region *news, int error) {
  const struct agentx_ops *ops = s->responder.ops;
  if (news != NULL && ops->registered != NULL)
    ops->registered(s->responder.ctx, news, error);
}

static void on_answer_to_notify(struct agentx_session *s, int error) {
  if (error == AGENTX_NO_ERROR)
    return;
  s->stats.notify_refused++;
  s->stats.notify_error = error;
}

static int on_response(struct agentx_session *s, const struct agentx_header *h,
                       const uint8_t *payload, uint64_t now) {
  struct agentx_reader r;
  struct agentx_response response;
  agentx_reader_init(&r, h, payload);
  enum agentx_fault fault = agentx_read_response(&r, &response);
  if (fault != AGENTX_FINE) {
    count(s, fault);
    return -EPROTO;
  }
  s->heard_at = now;
  s->uptime_zero = (int64_t)now - (int64_t)response.sys_uptime * 10;
  s->uptime_known = true;
  if (s->state == OPEN && response.error == AGENTX_NOT_OPEN)
    return -ECONNRESET;
  if (s->question.asked && h->packet_id == s->question.packet_id)
    return on_answer_to_question(s, h, &response);
  const struct agentx_region *news;
  if (agentx_regions_answer(&s->regions, h->packet_id, response.error, now, &news))
    on_answer_about_region(s, news, response.error);
  else // nothing else is ever asked
    on_answer_to_notify(s, response.error);
  return 0;
}

static int on_request(struct agentx_session *s, const struct agentx_header *h,
                      const uint8_t *payload) {
  if (s->state != OPEN || h->session_id != s->next.session_id)
    return agentx_answer_error(h, AGENTX_NOT_OPEN, 0, &s->out);
  enum agentx_fault fault;
  int status = agentx_answer(&s->responder, h, payload, &s->out, &fault);
  if (fault != AGENTX_FINE)
    count(s, fault);
  return status;
}

static int on_pdu(struct agentx_session *s, const struct agentx_header *h,
                  const uint8_t *payload, uint64_t now) {
  if (h->type == AGENTX_RESPONSE)
    return on_response(s, h, payload, now);
  if (h->type == AGENTX_CLOSE)
    return -ECONNRESET;
  if (agentx_is_request(h->type))
    return on_request(s, h, payload);
  count(s, AGENTX_BAD_TYPE);
  return agentx_answer_error(h, AGENTX_PARSE_ERROR, 0, &s->out);
}

// Returns how long the PDU at `data` is, 0 if not all of it is there, or -EPROTO.
static ssize_t pdu_length(struct agentx_session *s, const uint8_t *data, size_t length,
                          struct agentx_header *ret_header) {
  enum agentx_fault fault = agentx_read_header(data, length, ret_header);
  if (fault == AGENTX_TRUNCATED)
    return 0;
  if (fault == AGENTX_BAD_VERSION || fault == AGENTX_BAD_SIZE ||
      fault == AGENTX_BAD_ALIGNMENT) {
    count(s, fault);
    return -EPROTO;
  }
  size_t whole = AGENTX_HEADER_SIZE + (size_t)ret_header->payload_length;
  return whole <= length ? (ssize_t)whole : 0;
}

int agentx_session_receive(struct agentx_session *s, const uint8_t *data, size_t length,
                           uint64_t now, size_t *ret_used) {
  size_t used = 0;
  while (s->state != DOWN) {
    struct agentx_header h;
    ssize_t pdu = pdu_length(s, data + used, length - used, &h);
    if (pdu <= 0) {
      *ret_used = used;
      return (int)pdu;
    }
    int status = on_pdu(s, &h, data + used + AGENTX_HEADER_SIZE, now);
    if (status != 0)
      return status;
    used += pdu;
  }
  return -ECONNRESET;
}

// What we say unasked

static size_t unread(const struct agentx_session *s) {
  return s->out.length - s->sent;
}

static bool is_ping_due(const struct agentx_session *s, uint64_t now) {
  return s->state == OPEN && !s->question.asked &&
         now >= s->heard_at + s->options.ping_ms;
}

static int ping(struct agentx_session *s, uint64_t now) {
  s->next.packet_id++;
  int status = agentx_write_ping(&s->out, s->next);
  if (status == 0)
    ask(s, now);
  return status;
}

static int send_notifications(struct agentx_session *s) {
  int status = 0;
  while (status == 0 && s->first_notification != NULL && unread(s) < OUTPUT_BUSY) {
    s->next.packet_id++;
    status = agentx_write_notify(&s->out, s->next, s->first_notification);
    if (status == 0) {
      s->stats.notified++;
      pop_notification(s);
    }
  }
  return status;
}

int agentx_session_tick(struct agentx_session *s, uint64_t now) {
  if (s->question.asked && s->options.reply_ms != 0 &&
      now >= s->question.at + s->options.reply_ms)
    return -ETIMEDOUT;
  if (s->state != OPEN || unread(s) >= OUTPUT_BUSY)
    return 0;
  int status = is_ping_due(s, now) ? ping(s, now) : 0;
  if (status == 0)
    status = agentx_regions_pump(&s->regions, now, &s->next, &s->out);
  if (status == 0)
    status = send_notifications(s);
  return status == -EMSGSIZE ? -ENOBUFS : status;
}

uint64_t agentx_session_deadline(const struct agentx_session *s) {
  uint64_t deadline = UINT64_MAX;
  if (s->question.asked && s->options.reply_ms != 0)
    deadline = s->question.at + s->options.reply_ms;
  if (s->state != OPEN || unread(s) >= OUTPUT_BUSY)
    return deadline;
  if (!s->question.asked && s->heard_at + s->options.ping_ms < deadline)
    deadline = s->heard_at + s->options.ping_ms;
  if (agentx_regions_due(&s->regions) < deadline)
    deadline = agentx_regions_due(&s->regions);
  return s->first_notification != NULL ? 0 : deadline;
}

const uint8_t *agentx_session_output(const struct agentx_session *s, size_t *ret_length) {
  *ret_length = unread(s);
  return *ret_length > 0 ? s->out.buf + s->sent : NULL;
}

void agentx_session_sent(struct agentx_session *s, size_t length) {
  s->sent += length;
  if (s->sent < s->out.length / 2)
    return;
  if (s->sent < s->out.length)
    memmove(s->out.buf, s->out.buf + s->sent, unread(s));
  s->out.length = unread(s);
  s->sent = 0;
}

bool agentx_session_is_open(const struct agentx_session *s) {
  return s->state == OPEN;
}

uint64_t agentx_session_waiting_since(const struct agentx_session *s) {
  return s->question.asked ? s->question.at : 0;
}

bool agentx_session_uptime_zero(const struct agentx_session *s, int64_t *ret_zero) {
  if (s->uptime_known)
    *ret_zero = s->uptime_zero;
  return s->uptime_known;
}

void agentx_session_stats(const struct agentx_session *s, struct agentx_stats *ret) {
  *ret = s->stats;
  ret->requests = s->responder.requests;
  ret->varbinds = s->responder.varbinds;
  ret->regions_held = s->regions.held_count;
  ret->regions_refused = s->regions.refused_count;
}
