// SPDX-License-Identifier: MIT
// What can be wrong with the source, so that what it tells is not to be believed?
//
// One row a problem.

#include "core/health.h"

#include "common/core/array.h"

#include <errno.h>

static bool is_absent(const struct ipvs_health *health) {
  return health->status == -ENODEV;
}

static bool is_unreadable(const struct ipvs_health *health) {
  return health->status != 0 && health->status != -ENODEV && health->status != -EINTR;
}

static bool is_frozen(const struct ipvs_health *health) {
  return health->status == 0 && health->frozen;
}

static bool is_torn(const struct ipvs_health *health) {
  return health->status == -EINTR || (health->status == 0 && health->unmended > 0);
}

static bool is_slow(const struct ipvs_health *health) {
  return health->seconds > health->interval;
}

static const struct {
  const char *text;
  bool (*is_wrong)(const struct ipvs_health *health);
} problems[] = {
    [IPVS_PROBLEM_ABSENT] = {"absent", is_absent},
    [IPVS_PROBLEM_UNREADABLE] = {"unreadable", is_unreadable},
    [IPVS_PROBLEM_ESTIMATOR_OFF] = {"estimator_off", is_frozen},
    [IPVS_PROBLEM_TORN] = {"torn", is_torn},
    [IPVS_PROBLEM_SLOW] = {"slow", is_slow},
};
_Static_assert(HA_COUNT_OF(problems) == IPVS_PROBLEMS, "every problem is known");

bool ipvs_has_problem(const struct ipvs_health *health, enum ipvs_problem problem) {
  return problems[problem].is_wrong(health);
}

const char *ipvs_problem_text(enum ipvs_problem problem) {
  return problems[problem].text;
}
