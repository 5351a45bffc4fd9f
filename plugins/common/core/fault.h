// SPDX-License-Identifier: MIT
// Is a fault new, said already, or over? It is said once, and its end once.
#ifndef HA_COMMON_FAULT_H
#define HA_COMMON_FAULT_H

#include <stdbool.h>
#include <stdint.h>

// What is to be said of a fault now.
enum ha_news {
  HA_NOTHING_NEW,
  HA_BEGUN, // or it is another fault now
  HA_OVER,
};

// As the status of a fault, before the first try: its success is news as well.
#define HA_FAULT_UNTRIED 1

// Of something that is tried again and again. Zeroed, it works.
struct ha_fault {
  int status; // what was said, -errno, or 0
};

// Takes in what came of the latest try: 0, or -errno or another negative number.
enum ha_news ha_fault_watch(struct ha_fault *fault, int status);

// The same of what is either wrong or not, in one way only.
enum ha_news ha_fault_judge(struct ha_fault *fault, bool is_wrong);

// Is it said that there is a fault, and not yet that it is over?
bool ha_fault_is_said(const struct ha_fault *fault);

// Of something that is counted while it goes on. Zeroed, nothing was lost.
struct ha_loss {
  uint64_t count;
  uint64_t last; // when it grew
  bool is_said;
};

// Takes in how much was lost until now. A loss that has not grown for the time `quiet` is
// over; the unit is the caller's.
enum ha_news ha_loss_watch(struct ha_loss *loss, uint64_t count, uint64_t now,
                           uint64_t quiet);

#endif
