// SPDX-License-Identifier: MIT
// What can be wrong with the source, so that what it tells is not to be believed?

#ifndef HA_IPVS_HEALTH_H
#define HA_IPVS_HEALTH_H

#include <stdbool.h>

enum ipvs_problem {
  IPVS_PROBLEM_ABSENT,        // the kernel has no IPVS
  IPVS_PROBLEM_UNREADABLE,    // it could not be read
  IPVS_PROBLEM_ESTIMATOR_OFF, // its counters and rates stand still
  IPVS_PROBLEM_TORN,          // dumps changed under way each time they were asked for
  IPVS_PROBLEM_SLOW,          // a poll took longer than the interval
  IPVS_PROBLEMS
};

// How a poll went.
struct ipvs_health {
  int status; // 0, or the -errno of ipvs_netlink_poll()
  bool frozen;
  unsigned mended, unmended; // dumps that were torn, as in a snapshot
  double seconds;            // that it took
  double interval;           // that it may take, seconds
};

// Whether this is wrong. What a poll that failed did not find out is not wrong.
bool ipvs_has_problem(const struct ipvs_health *health, enum ipvs_problem problem);

// "absent", "unreadable", …: the type instance.
const char *ipvs_problem_text(enum ipvs_problem problem);

#endif
