// SPDX-License-Identifier: MIT
// Does keepalived answer, in a shape that is known? And has a person been told?
#include "plugin/keepalived_answers.h"

#include "common/core/array.h"

#include "plugin/log.h"

#include "utils/common/common.h"

// Who is asked for each dump, and what an operator can look at.
static const struct {
  const char *who;
  enum vrrp_keepalived_file pid_file, dump;
  const char *lost;
} dumps[] = {
    [VRRP_KEEPALIVED_JSON] = {"keepalived", VRRP_KEEPALIVED_FILE_PID,
                              VRRP_KEEPALIVED_FILE_JSON,
                              "What only it knows is unknown until it answers; the wire "
                              "goes on being told."},
    [VRRP_KEEPALIVED_VRRP_TEXT] =
        {"keepalived's VRRP process", VRRP_KEEPALIVED_FILE_VRRP_PID,
         VRRP_KEEPALIVED_FILE_VRRP_DATA,
         "Its scripts and sync groups are unknown until it answers."},
    [VRRP_KEEPALIVED_CHECKERS_TEXT] =
        {"keepalived's checkers' process", VRRP_KEEPALIVED_FILE_CHECKERS_PID,
         VRRP_KEEPALIVED_FILE_CHECKERS_DATA,
         "Its servers' health is unknown until it answers."},
};
_Static_assert(HA_COUNT_OF(dumps) == VRRP_KEEPALIVED_FORMATS, "who gives each");

// What an operator can look at when there is no answer.
static const struct {
  enum { NEITHER, PID_FILE, DUMP } file;
  const char *advice;
} looks[] = {
    [VRRP_KEEPALIVED_NOT_RUNNING] = {PID_FILE, ""},
    [VRRP_KEEPALIVED_FOREIGN] = {PID_FILE, ""},
    [VRRP_KEEPALIVED_DEAF] = {NEITHER, " It was built without it, perhaps."},
    [VRRP_KEEPALIVED_FORBIDDEN] = {PID_FILE, " collectd must be root, or have CAP_KILL."},
    [VRRP_KEEPALIVED_SLOW] = {DUMP, " It writes into its TMPDIR, if that is set."},
    [VRRP_KEEPALIVED_UNREADABLE] = {DUMP, " collectd must be root, or have "
                                          "CAP_DAC_READ_SEARCH."},
    [VRRP_KEEPALIVED_UNTRUSTED] = {DUMP, " Somebody else's file should be removed."},
    [VRRP_KEEPALIVED_BROKEN] = {DUMP, ""},
    [VRRP_KEEPALIVED_UNKNOWN_FORM] = {DUMP, " Perhaps this version of it is too new."},
    [VRRP_KEEPALIVED_NO_MEMORY] = {NEITHER, ""},
};
_Static_assert(HA_COUNT_OF(looks) == VRRP_KEEPALIVED_STATUSES, "a look for each status");

static void log_silence(const struct vrrp_keepalived_config *config, int format,
                        enum vrrp_keepalived_status status) {
  enum vrrp_keepalived_file file =
      looks[status].file == DUMP ? dumps[format].dump : dumps[format].pid_file;
  char place[PATH_MAX] = "";

  if (looks[status].file != NEITHER)
    ssnprintf(place, sizeof(place), " (%s \"%s\")", vrrp_keepalived_file_key(file),
              config->files[file]);
  vrrp_log(LOG_WARNING, "%s%s%s %s%s.%s %s", dumps[format].who,
           VRRP_LOG_ELSEWHERE(config->netns), vrrp_keepalived_status_text(status), place,
           looks[status].advice, dumps[format].lost);
}

// A process that keepalived does not have is no fault: it has checkers only if there is
// something to check. Without a VRRP process the JSON says it all.
static bool is_usual(int format, enum vrrp_keepalived_status status) {
  return format != VRRP_KEEPALIVED_JSON && status == VRRP_KEEPALIVED_NOT_RUNNING;
}

// Each change is said once.
static void log_status(struct ha_fault *silence,
                       const struct vrrp_keepalived_config *config,
                       const struct vrrp_keepalived_source *source, int format) {
  enum vrrp_keepalived_status status = vrrp_keepalived_source_status(source);

  if (status == VRRP_KEEPALIVED_UNASKED)
    return;
  enum ha_news news =
      ha_fault_watch(silence, status == VRRP_KEEPALIVED_TOLD ? 0 : -(int)status);
  if (news == HA_BEGUN && !is_usual(format, status))
    log_silence(config, format, status);
  if (news == HA_OVER)
    vrrp_log(LOG_INFO, "%s%s%s %s (pid %d).", dumps[format].who,
             VRRP_LOG_ELSEWHERE(config->netns), vrrp_keepalived_status_text(status),
             (int)vrrp_keepalived_source_pid(source));
}

static void log_shape(struct ha_fault *strangeness,
                      const struct vrrp_keepalived_config *config,
                      const struct vrrp_keepalived_text *text, int format) {
  if (ha_fault_judge(strangeness, text->strange_section[0] != '\0') == HA_BEGUN)
    vrrp_log(LOG_WARNING,
             "%s%s%s has a section \"%s\" of a shape that is not known; its "
             "first line is \"%s\". What stands in it is not told.",
             dumps[format].who, VRRP_LOG_ELSEWHERE(config->netns), text->strange_section,
             text->strange_line);
}

void vrrp_keepalived_answers_init(struct vrrp_keepalived_answers *answers) {
  *answers = (struct vrrp_keepalived_answers){0};
  for (int format = 0; format < VRRP_KEEPALIVED_FORMATS; format++)
    answers->silence[format].status = HA_FAULT_UNTRIED;
}

void vrrp_keepalived_answers_log(struct vrrp_keepalived_answers *answers,
                                 const struct vrrp_keepalived_config *config,
                                 const struct vrrp_keepalived_sources *sources) {
  for (int format = 0; format < VRRP_KEEPALIVED_FORMATS; format++) {
    const struct vrrp_keepalived_source *source =
        vrrp_keepalived_sources_get(sources, format);
    const struct vrrp_keepalived_text *text =
        format == VRRP_KEEPALIVED_JSON ? NULL
                                       : vrrp_keepalived_sources_text(sources, format);
    if (source != NULL)
      log_status(&answers->silence[format], config, source, format);
    if (text != NULL)
      log_shape(&answers->strangeness[format], config, text, format);
  }
}
