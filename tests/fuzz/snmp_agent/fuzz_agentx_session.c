// SPDX-License-Identifier: MIT
// A whole session with a master gone mad. The input is a list of steps: a byte that
// says what happens and, for what the master says, two bytes of length and the bytes.
// Ends of brackets, bounds of buffers and the shape of our own PDUs are checked.
#include <stdlib.h>
#include <string.h>

#include "core/agentx_session.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct model {
  int depth;
  bool in_set;
};

static void expect(bool so) {
  if (!so)
    abort();
}

static void begin(void *ctx) {
  struct model *m = ctx;
  expect(m->depth++ == 0);
}

static void end(void *ctx) {
  struct model *m = ctx;
  expect(--m->depth == 0);
}

static void get(void *ctx, const char *context, const struct oid *name,
                struct smi_value *ret_value) {
  const struct model *m = ctx;
  expect(m->depth == 1 && strlen(context) <= AGENTX_CONTEXT_MAX);
  *ret_value =
      (struct smi_value){.type = SMI_OBJECT_IDENTIFIER, .length = (uint32_t)name->length};
  ret_value->subids = name->sub;
}

static bool get_next(void *ctx, const char *context, const struct agentx_range *range,
                     struct oid *ret_name, struct smi_value *ret_value) {
  const struct model *m = ctx;
  expect(m->depth == 1 && strlen(context) <= AGENTX_CONTEXT_MAX);
  *ret_name = range->start; // outside the range unless it is inclusive
  *ret_value = (struct smi_value){.type = SMI_GAUGE32};
  ret_value->number = 1;
  return range->start.length % 2 == 0;
}

static enum agentx_error test_set(void *ctx, const char *context,
                                  const struct agentx_varbind *varbind) {
  struct model *m = ctx;
  (void)context;
  expect(m->depth == 0);
  m->in_set = true;
  return varbind->name.length % 2 == 0 ? AGENTX_NO_ERROR : AGENTX_WRONG_VALUE;
}

static enum agentx_error commit_set(void *ctx, uint16_t *ret_index) {
  (void)ctx;
  (void)ret_index;
  return AGENTX_NO_ERROR;
}

static void cleanup_set(void *ctx) {
  struct model *m = ctx;
  m->in_set = false;
}

static void registered(void *ctx, const struct agentx_region *region, int error) {
  (void)ctx;
  expect(region->subtree.length == 7 && agentx_error_name(error) != NULL);
}

static const struct agentx_ops ops = {
    begin, end, get, get_next, test_set, commit_set, commit_set, cleanup_set, registered};

// Looks at the output as far as it hasn't been seen, and has all but `leave` bytes of
// it sent.
static void check_output(struct agentx_session *s, size_t *unseen_from, size_t leave) {
  size_t length, i = *unseen_from;
  const uint8_t *at = agentx_session_output(s, &length);
  expect(length <= 1 << 20);
  while (i < length) {
    struct agentx_header h;
    expect(agentx_read_header(at + i, length - i, &h) == AGENTX_FINE);
    expect(h.payload_length <= AGENTX_MAX_PDU - AGENTX_HEADER_SIZE);
    i += AGENTX_HEADER_SIZE + h.payload_length;
  }
  expect(i == length);
  size_t sent = length > leave ? length - leave : 0;
  agentx_session_sent(s, sent);
  *unseen_from = length - sent;
}

static void add_region(struct agentx_session *s, uint8_t n) {
  const struct agentx_region region = {"", {7, {1, 3, 6, 1, 4, 1, n}}, 127};
  agentx_session_add_region(s, &region);
}

static void notify(struct agentx_session *s, uint8_t n) {
  const struct oid trap = {2, {1, n}};
  struct agentx_notification *notification;
  if (agentx_notification_new(n % 2 ? "ctx" : "", &trap, NULL, 0, &notification) == 0)
    agentx_session_notify(s, notification);
}

// The master speaks: from a copy of exact size, in two pieces.
static int hear(struct agentx_session *s, const uint8_t *data, size_t length,
                uint64_t now) {
  size_t used = 0, more = 0;
  uint8_t *copy = malloc(length > 0 ? length : 1);
  memcpy(copy, data, length);
  int status = agentx_session_receive(s, copy, length / 2, now, &used);
  if (status == 0) {
    expect(used <= length / 2);
    status = agentx_session_receive(s, copy + used, length - used, now, &more);
    expect(status != 0 || more <= length - used);
  }
  free(copy);
  return status;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct model model = {0};
  struct agentx_session *s;
  struct agentx_session_options options = {.description = "fuzz",
                                           .ping_ms = 1000,
                                           .reply_ms = 2000,
                                           .refused_ms = 500,
                                           .notify_max = 4};
  uint64_t now = 1;
  size_t unseen_from = 0;
  if (agentx_session_new(&options, &ops, &model, &s) != 0)
    return 0;
  add_region(s, 1);
  agentx_session_connected(s, now);

  for (const uint8_t *end_of_data = data + size; end_of_data - data >= 3;) {
    uint8_t step = data[0], n = data[1];
    size_t length = data[1] | (size_t)data[2] << 8;
    int status = 0;
    data += 3;
    switch (step % 8) {
    case 0:
      now += n * 100u;
      break;
    case 1:
    case 2:
      add_region(s, n);
      break;
    case 3:
      notify(s, n);
      break;
    case 4:
      check_output(s, &unseen_from, n % 4);
      break;
    default:
      length =
          length < (size_t)(end_of_data - data) ? length : (size_t)(end_of_data - data);
      status = hear(s, data, length, now);
      data += length;
    }
    expect(model.depth == 0);
    if (status == 0)
      status = agentx_session_tick(s, now);
    if (status != 0) {
      agentx_session_disconnected(s);
      expect(!model.in_set);
      agentx_session_connected(s, now);
      unseen_from = 0;
    }
  }
  agentx_session_close(s);
  agentx_session_free(s);
  return 0;
}
