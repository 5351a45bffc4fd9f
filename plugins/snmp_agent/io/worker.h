// SPDX-License-Identifier: MIT
// How is something done that may take too long?
#ifndef HA_SNMP_AGENT_WORKER_H
#define HA_SNMP_AGENT_WORKER_H

#include <stddef.h>
#include <stdint.h>

// A thread that does one job at a time, while who wants it done waits no longer than it
// may.
struct worker;

// NULL without memory. The thread starts with the first job.
struct worker *worker_create(void);

// Waits a second at most for a job under way; one that hangs is left behind with its
// thread. Accepts NULL.
void worker_destroy(struct worker *w);

// Milliseconds of the clock that deadlines are on.
uint64_t worker_clock(void);

// Has job(arg) done on a copy of the `size` bytes at `arg`, which are replaced by what
// the job has made of them. Returns 0; -ETIMEDOUT if this job, or an earlier one, isn't
// done at `deadline`: then it goes on, unheard; -ENOMEM, or another -errno if there can
// be no thread. One thread.
int worker_do(struct worker *w, void (*job)(void *arg), void *arg, size_t size,
              uint64_t deadline);

#endif
