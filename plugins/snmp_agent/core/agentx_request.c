// SPDX-License-Identifier: MIT
// How is a master's request answered, given someone who has the answers?
#include "core/agentx_request.h"

#include "common/core/array.h"

#include <errno.h>
#include <stddef.h>

// One request on its way to its Response.
struct request {
  struct agentx_responder *responder;
  const struct agentx_header *header;
  struct agentx_reader in;
  struct agentx_writer *out;
  char context[AGENTX_CONTEXT_MAX + 1];
  enum agentx_error error; // what the Response is to tell
  uint16_t index;
};

static void begin_response(const struct agentx_header *to, enum agentx_error error,
                           uint16_t index, struct agentx_writer *out) {
  struct agentx_header h = *to;
  h.type = AGENTX_RESPONSE;
  h.flags = 0;
  agentx_begin(out, &h);
  agentx_put_response(out, error, index);
}

int agentx_answer_error(const struct agentx_header *header, enum agentx_error error,
                        uint16_t index, struct agentx_writer *out) {
  begin_response(header, error, index, out);
  int status = agentx_end(out);
  return status == -EMSGSIZE ? -ENOBUFS : status;
}

static enum agentx_fault read_range(struct request *q, struct agentx_range *ret) {
  q->responder->varbinds++;
  return agentx_read_range(&q->in, ret);
}

static enum agentx_fault answer_get(struct request *q) {
  struct agentx_responder *responder = q->responder;
  while (!agentx_at_end(&q->in)) {
    struct agentx_range range;
    enum agentx_fault fault = read_range(q, &range);
    if (fault != AGENTX_FINE)
      return fault;
    struct smi_value value = {.type = SMI_NO_SUCH_OBJECT};
    responder->ops->get(responder->ctx, q->context, &range.start, &value);
    agentx_put_varbind(q->out, range.start.sub, range.start.length, &value);
  }
  return AGENTX_FINE;
}

// A name that isn't in the range would send the master in circles.
static bool in_range(const struct agentx_range *range, const struct oid *name) {
  int order = oid_compare(name->sub, name->length, range->start.sub, range->start.length);
  if (order < 0 || (order == 0 && !range->include))
    return false;
  return range->end.length == 0 ||
         oid_compare(name->sub, name->length, range->end.sub, range->end.length) < 0;
}

static enum agentx_fault answer_one_next(struct request *q) {
  struct agentx_responder *responder = q->responder;
  struct agentx_range range;
  enum agentx_fault fault = read_range(q, &range);
  if (fault != AGENTX_FINE)
    return fault;

  struct oid name;
  struct smi_value value;
  if (responder->ops->get_next(responder->ctx, q->context, &range, &name, &value) &&
      in_range(&range, &name)) {
    agentx_put_varbind(q->out, name.sub, name.length, &value);
  } else {
    value.type = SMI_END_OF_MIB_VIEW;
    agentx_put_varbind(q->out, range.start.sub, range.start.length, &value);
  }
  return AGENTX_FINE;
}

static enum agentx_fault answer_get_next(struct request *q) {
  enum agentx_fault fault = AGENTX_FINE;
  while (fault == AGENTX_FINE && !agentx_at_end(&q->in))
    fault = answer_one_next(q);
  return fault;
}

// One repetition is all that RFC 2741, section 7.2.3.3, obliges to; the master asks
// for the rest. (snmpd never sends GetBulk.)
static enum agentx_fault answer_get_bulk(struct request *q) {
  uint16_t non_repeaters, max_repetitions;
  enum agentx_fault fault = agentx_read_u16(&q->in, &non_repeaters);
  if (fault == AGENTX_FINE)
    fault = agentx_read_u16(&q->in, &max_repetitions);
  if (fault != AGENTX_FINE || max_repetitions > 0)
    return fault != AGENTX_FINE ? fault : answer_get_next(q);
  for (; fault == AGENTX_FINE && non_repeaters > 0 && !agentx_at_end(&q->in);
       non_repeaters--)
    fault = answer_one_next(q);
  return fault;
}

static enum agentx_fault check_varbinds(struct agentx_reader in) {
  struct agentx_varbind varbind;
  enum agentx_fault fault = AGENTX_FINE;
  while (fault == AGENTX_FINE && !agentx_at_end(&in))
    fault = agentx_read_varbind(&in, &varbind);
  return fault;
}

static bool is_under_way(const struct request *q) {
  return q->responder->in_set &&
         q->responder->set_transaction == q->header->transaction_id;
}

// Answers a step that was taken before as it was answered then.
static bool is_repeated(struct request *q) {
  const struct agentx_responder *responder = q->responder;
  if (!responder->remembers_step ||
      responder->set_transaction != q->header->transaction_id ||
      responder->set_packet != q->header->packet_id)
    return false;
  q->error = responder->set_error;
  q->index = responder->set_index;
  return true;
}

static void remember(const struct request *q) {
  q->responder->remembers_step = true;
  q->responder->set_transaction = q->header->transaction_id;
  q->responder->set_packet = q->header->packet_id;
  q->responder->set_error = q->error;
  q->responder->set_index = q->index;
}

static void test_varbinds(struct request *q) {
  struct agentx_responder *responder = q->responder;
  for (uint16_t i = 1; q->error == AGENTX_NO_ERROR && !agentx_at_end(&q->in); i++) {
    struct agentx_varbind varbind;
    agentx_read_varbind(&q->in, &varbind);
    responder->varbinds++;
    q->error = responder->ops->test_set(responder->ctx, q->context, &varbind);
    q->index = q->error != AGENTX_NO_ERROR ? i : 0;
  }
}

// Nothing is tested before all of it was understood.
static enum agentx_fault answer_test_set(struct request *q) {
  enum agentx_fault fault = check_varbinds(q->in);
  if (fault != AGENTX_FINE || is_repeated(q))
    return fault;
  if (q->responder->in_set && !is_under_way(q)) {
    q->error = AGENTX_RESOURCE_UNAVAILABLE;
    q->index = 1;
  } else if (q->responder->ops->test_set == NULL) {
    q->error = AGENTX_NOT_WRITABLE;
    q->index = 1;
  } else {
    q->responder->in_set = true;
    test_varbinds(q);
    remember(q);
  }
  return AGENTX_FINE;
}

// RFC 3416 wants no index with undoFailed, but to snmpd an error of a step is a genErr if
// it has none.
static enum agentx_fault
answer_step(struct request *q, enum agentx_error (*step)(void *ctx, uint16_t *ret_index),
            enum agentx_error unknown) {
  if (is_repeated(q))
    return AGENTX_FINE;
  if (!is_under_way(q)) {
    q->error = unknown;
    q->index = 1;
    return AGENTX_FINE;
  }
  uint16_t index = 1;
  q->error = step(q->responder->ctx, &index);
  q->index = q->error != AGENTX_NO_ERROR ? index : 0;
  remember(q);
  return AGENTX_FINE;
}

static enum agentx_fault answer_commit_set(struct request *q) {
  return answer_step(q, q->responder->ops->commit_set, AGENTX_COMMIT_FAILED);
}

static void end_set(struct agentx_responder *responder) {
  if (responder->in_set)
    responder->ops->cleanup_set(responder->ctx);
  responder->in_set = false;
}

// snmpd sends no CleanupSet behind it, and whoever does is told nothing either way.
static enum agentx_fault answer_undo_set(struct request *q) {
  enum agentx_fault fault =
      answer_step(q, q->responder->ops->undo_set, AGENTX_UNDO_FAILED);
  if (is_under_way(q))
    end_set(q->responder);
  return fault;
}

static enum agentx_fault answer_cleanup_set(struct request *q) {
  if (is_under_way(q))
    agentx_responder_reset(q->responder);
  return AGENTX_FINE;
}

void agentx_responder_reset(struct agentx_responder *responder) {
  end_set(responder);
  responder->remembers_step = false;
}

static const struct {
  enum agentx_fault (*answer)(struct request *q);
  bool reads;  // between begin() and end()
  bool silent; // no Response is expected
} requests[] = {
    [AGENTX_GET] = {.answer = answer_get, .reads = true},
    [AGENTX_GET_NEXT] = {.answer = answer_get_next, .reads = true},
    [AGENTX_GET_BULK] = {.answer = answer_get_bulk, .reads = true},
    [AGENTX_TEST_SET] = {.answer = answer_test_set},
    [AGENTX_COMMIT_SET] = {.answer = answer_commit_set},
    [AGENTX_UNDO_SET] = {.answer = answer_undo_set},
    [AGENTX_CLEANUP_SET] = {.answer = answer_cleanup_set, .silent = true},
};

bool agentx_is_request(enum agentx_type type) {
  return type < HA_COUNT_OF(requests) && requests[type].answer != NULL;
}

static enum agentx_fault compute(struct request *q) {
  const struct agentx_responder *responder = q->responder;
  enum agentx_type type = q->header->type;
  enum agentx_fault fault = agentx_read_context(&q->in, q->header, q->context);
  if (fault != AGENTX_FINE)
    return fault;
  bool bracket = requests[type].reads && responder->ops->begin != NULL;
  if (bracket)
    responder->ops->begin(responder->ctx);
  fault = requests[type].answer(q);
  if (bracket)
    responder->ops->end(responder->ctx);
  return fault;
}

// Ends the Response under way, or puts one that tells the error in its place.
static int conclude(struct request *q, enum agentx_fault fault) {
  if (requests[q->header->type].silent) {
    agentx_abort(q->out);
    return 0;
  }
  if (fault != AGENTX_FINE || q->error != AGENTX_NO_ERROR)
    agentx_abort(q->out);
  if (fault != AGENTX_FINE)
    return agentx_answer_error(q->header, AGENTX_PARSE_ERROR, 0, q->out);
  if (q->error != AGENTX_NO_ERROR)
    return agentx_answer_error(q->header, q->error, q->index, q->out);

  int status = agentx_end(q->out);
  if (status == -EMSGSIZE)
    return agentx_answer_error(q->header, AGENTX_TOO_BIG, 0, q->out);
  if (status == -EINVAL)
    return agentx_answer_error(q->header, AGENTX_GEN_ERR, 0, q->out);
  return status;
}

int agentx_answer(struct agentx_responder *responder, const struct agentx_header *header,
                  const uint8_t *payload, struct agentx_writer *out,
                  enum agentx_fault *ret_fault) {
  struct request q = {.responder = responder, .header = header, .out = out};
  responder->requests++;
  agentx_reader_init(&q.in, header, payload);
  begin_response(header, AGENTX_NO_ERROR, 0, out);
  *ret_fault = compute(&q);
  return conclude(&q, *ret_fault);
}
