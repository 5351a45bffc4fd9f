// SPDX-License-Identifier: MIT
// How is a script of adverts and times played to one virtual router?
//
// A line of a script is one of
//
//   TIME in|own|forged SOURCE VERSION PRIORITY CENTISECONDS ADDRESS[,ADDRESS…] OPTION…
//                              an advert; the options are mac=MAC, auth=N,
//                              to=DESTINATION, ttl=N and late=SECONDS: heard so
//                              long ago, but read only now
//   TIME rejected REASON       a packet of it that was not believed
//   TIME link up|down
//   TIME process yes|no|unknown
//   TIME addresses N           so many are on a link of this host
//   TIME loopback N            and so many anywhere
//   TIME fault yes|no
//   TIME listed yes|no|untold  by a daemon that answers, under the name
//   TIME name N
//   TIME down_adverts N
//   TIME priority N|untold
//   TIME peers ADDRESS…
//   TIME dropped               frames that came before then never reach the reader
//   TIME pause|resume          no deadline is kept in between: the reader is held up
//   TIME                       only lets time pass
//   see WHAT VALUE             what must hold now; "changed" is about the line before
//   event TIME NAME            what must have happened, in order, nothing else;
//                              +problem, -problem for one that came or went
//
// TIME is in seconds, ADDRESS as usual, # begins a comment. Deadlines are kept on the
// way.
#ifndef HA_TEST_REPLAY_H
#define HA_TEST_REPLAY_H

#include "core/virtual_router.h"

// Plays the script and fails the running cmocka test at the line that isn't right.
void replay(const char *script);

#endif
