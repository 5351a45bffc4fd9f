// SPDX-License-Identifier: MIT
// May one more line be logged now?
//
// All that vrrp logs while it runs has one budget: whatever flaps, be it interfaces, a
// daemon or rejected packets, whoever reads the log reads a few lines a second at most,
// and how many there would have been.
#ifndef HA_VRRP_LOG_H
#define HA_VRRP_LOG_H

// So many lines in a row, then one in so many milliseconds.
#define VRRP_LOG_BURST 64
#define VRRP_LOG_SPAN  500

// Where it is, behind a noun, for "%s%s": nothing, if that is collectd's own namespace.
#define VRRP_LOG_ELSEWHERE(netns) (netns)[0] ? " of the namespace " : "", (netns)

// Begins with a full budget. At the start of the plugin.
void vrrp_log_open(void);

// Logs a line of this severity (LOG_ERR, LOG_WARNING, LOG_NOTICE, LOG_INFO) behind the
// plugin's name, or counts it as left out, which the next line that is logged says first.
// Any thread may call it.
__attribute__((format(printf, 2, 3))) void vrrp_log(int severity, const char *format,
                                                    ...);

#endif
