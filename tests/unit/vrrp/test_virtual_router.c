// SPDX-License-Identifier: MIT
// Does the observer conclude the right thing from adverts and time?
#include "replay.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <stdio.h>

#define A "192.168.1.2 2 120 100 192.168.1.1"
#define B "192.168.1.3 2 100 100 192.168.1.1"

static void test_first_advert_makes_a_master(void **state) {
  (void)state;
  replay("0 in " A "\n"
         "see masters 1\nsee master 192.168.1.2\nsee reason started\nsee state observer\n"
         "see received 1\nsee sent 0\nsee changes 0\n"
         "event 0 new_master\n");
}

static void test_own_adverts_make_this_host_master(void **state) {
  (void)state;
  replay("0 own " A "\n"
         "see state master\nsee became_master 1\nsee sent 1\nsee received 0\n"
         "event 0 new_master\nevent 0 master\n");
}

// 3 intervals and the skew of the lowest priority: nobody may wait longer.
static void test_master_is_lost_after_its_down_interval(void **state) {
  (void)state;
  replay("0 in " A "\n1 in " A "\n"
         "4.999\nsee masters 1\n"
         "5.0\nsee masters 0\nsee master none\nsee missed 4\nsee no_master 1\n"
         "event 0 new_master\nevent 5 master_lost\nevent 5 +no_master\n");
}

static void test_v3_skews_by_the_interval(void **state) {
  (void)state;
  replay("0 in fe80::2 3 120 20 fe80::1\n"
         "0.799\nsee masters 1\n"
         "0.8\nsee masters 0\n"
         "event 0 new_master\nevent 0.8 master_lost\nevent 0.8 +no_master\n");
}

static void test_v2_skews_by_a_second_whatever_the_interval(void **state) {
  (void)state;
  replay("0 in 192.168.1.2 2 120 500 192.168.1.1\n"
         "15.999\nsee masters 1\n16\nsee masters 0\n");
}

static void test_released_and_taken_over(void **state) {
  (void)state;
  replay("0 in " A "\n1 in " A "\n1.5 in 192.168.1.2 2 0 100 192.168.1.1\n"
         "see masters 0\nsee priority_zero_received 1\nsee no_master 0\n"
         "2.11 own " B "\n"
         "see master 192.168.1.3\nsee reason priority\nsee outage 0.610\n"
         "see own_reason priority\nsee missed 0\nsee changes 1\n"
         "event 0 new_master\nevent 1.5 released\nevent 2.11 new_master\n"
         "event 2.11 master\n");
}

static void test_released_and_nobody_comes(void **state) {
  (void)state;
  replay("0 own " A
         "\n0 addresses 1\n1 own 192.168.1.2 2 0 100 192.168.1.1\n1 addresses 0\n"
         "see state backup\nsee priority_zero_sent 1\n"
         "1.999\nsee no_master 0\n2\nsee no_master 1\n"
         "event 0 new_master\nevent 0 master\nevent 1 released\nevent 1 backup\n"
         "event 2 master_lost\nevent 2 +no_master\n");
}

static void test_priority_zero_of_a_backup_means_nothing(void **state) {
  (void)state;
  replay("0 in " A "\n0.1 in 192.168.1.3 2 0 100 192.168.1.1\n"
         "see master 192.168.1.2\nsee masters 1\nevent 0 new_master\n");
}

static void test_takeover_without_a_word(void **state) {
  (void)state;
  replay("0 in " A "\n1 in " A "\n2 in " A "\n5.61 in " B "\n"
         "see master 192.168.1.3\nsee reason master-no-response\nsee outage 3.610\n"
         "see missed 3\nsee masters 1\n"
         "event 0 new_master\nevent 5.61 new_master\n");
}

static void test_preemption(void **state) {
  (void)state;
  replay("0 own " B "\n1 own " B "\n1.4 in " A "\n"
         "see master 192.168.1.2\nsee reason preempted\nsee state backup\n"
         "see masters 1\nsee outage 0.400\n"
         "2.4 in " A "\n3.4 in " A "\n20\n"
         "see split_brain 0\n");
}

static void test_equal_priority_higher_address_wins(void **state) {
  (void)state;
  replay("0 in 192.168.1.2 2 100 100 192.168.1.1\n"
         "0.5 in 192.168.1.3 2 100 100 192.168.1.1\nsee master 192.168.1.3\n");
  replay("0 in 192.168.1.3 2 100 100 192.168.1.1\n"
         "0.5 in 192.168.1.2 2 100 100 192.168.1.1\nsee master 192.168.1.3\n");
}

static void test_own_silence_is_no_mastership(void **state) {
  (void)state;
  replay("0 own " A "\n3.999\nsee state master\n4\nsee state backup\n");
}

static void test_changed_priority_is_the_same_master(void **state) {
  (void)state;
  replay("0 in " A "\n1 in 192.168.1.2 2 90 100 192.168.1.1\n"
         "see master 192.168.1.2\nsee changes 0\n1.9 in " B "\n"
         "see master 192.168.1.3\nsee reason preempted\n");
}

static void test_gap_and_missed(void **state) {
  (void)state;
  replay("0 in " A "\n1 in " A "\n2.2 in " A "\nsee gap 1.200\nsee missed 0\n"
         "2.5\nsee gap 0.300\n" // a silence that lasts
         "5.2 in " A "\nsee missed 2\nsee gap 3.000\n"
         "6.2 in " A "\nsee gap 1.000\nsee missed 2\n");
}

static void test_half_an_interval_late_is_not_missed(void **state) {
  (void)state;
  replay("0 in " A "\n1.499 in " A "\nsee missed 0\n");
  replay("0 in " A "\n1.501 in " A "\nsee missed 1\n");
}

static void test_state_of_a_host_that_takes_part(void **state) {
  (void)state;
  replay("0 in " A "\nsee state observer\n1 process yes\nsee state backup\n"
         "2 link down\nsee state initialize\n3 link up\nsee state backup\n"
         "4 process no\nsee state initialize\n5 process yes\nsee state backup\n");
}

static void test_daemon_in_fault(void **state) {
  (void)state;
  replay("0 process yes\n0 in " A
         "\nsee state backup\n1 fault yes\nsee state initialize\n"
         "1.5 in " A "\n2 fault no\nsee state backup\n");
  replay("0 process yes\n0 own " A
         "\n0.5 fault yes\nsee state master\n" // it still speaks
         "1 own 192.168.1.2 2 0 100 192.168.1.1\nsee state initialize\n");
}

static void test_unknown_process_changes_nothing(void **state) {
  (void)state;
  replay("0 in " A "\n1 process yes\n2 process unknown\nsee state backup\n");
  replay("0 in " A "\n1 process no\nsee state observer\n");
  replay("0 own " A "\n1 process no\nsee state master\n"); // it needs no raw socket
}

static void test_killed_daemon(void **state) {
  (void)state;
  replay("0 process yes\n0 own " A "\n0.5 process no\nsee state initialize\n"
         "see masters 1\n4\nsee masters 0\n");
}

static void test_link_down_ends_mastership_at_once(void **state) {
  (void)state;
  replay("0 own " A "\n0.5 link down\nsee state initialize\nsee masters 0\n"
         "see no_master 0\n9\nsee no_master 0\n"
         "10 link up\nsee state backup\n13.999\nsee no_master 0\n14\nsee no_master 1\n");
  replay("0 own " A "\n0.5 link down\n10 link up\n10.2 in " B "\n"
         "see master 192.168.1.3\nsee reason started\nsee outage unknown\n30\n");
}

static void test_simultaneous_start_is_no_split_brain(void **state) {
  (void)state;
  replay("0 in " B "\n0.004 in " A "\n0.005 in " B "\n0.006 in " A "\n1.006 in " A "\n"
         "see masters 1\nsee split_brain 0\n"
         "event 0 new_master\nevent 0.004 new_master\n");
}

static void test_split_brain_within_two_intervals(void **state) {
  (void)state;
  // every phase between the two: found at the latest with the fourth advert
  replay("0 in " B "\n1 in " B "\n1.3 in " A "\n2 in " B "\n2.3 in " A "\n3 in " B "\n"
         "see split_brain 1\nsee masters 2\n");
  replay("0 in " A "\n1 in " A "\n1.3 in " B "\n2 in " A "\n2.3 in " B "\n"
         "see split_brain 1\nsee masters 2\nsee master 192.168.1.2\n");
  replay("0 in " A "\n1 in " A "\n1.7 in " B "\n2 in " A "\n2.7 in " B "\n"
         "see split_brain 1\nsee masters 2\n");
}

// keepalived puts off its adverts each time it gets one that it does not understand.
static void test_split_brain_with_a_harried_master(void **state) {
  (void)state;
  replay("0 in " A "\n1 in " A "\n1.7 in 192.168.1.3 2 50 100 192.168.1.1\n"
         "2.699\nsee split_brain 0\n2.7 in 192.168.1.3 2 50 100 192.168.1.1\n"
         "see split_brain 1\nsee masters 2\nsee master 192.168.1.2\n"
         "3.7 in 192.168.1.3 2 50 100 192.168.1.1\n"
         "4.7 in 192.168.1.3 2 50 100 192.168.1.1\nsee master 192.168.1.3\n"
         "see reason master-no-response\nsee split_brain 0\n");
}

static void test_split_brain_ends_with_silence(void **state) {
  (void)state;
  replay("0 in " A "\n1 in " A "\n1.3 in " B "\n2 in " A "\n2.3 in " B "\n"
         "see masters 2\n3 in " A "\n4 in " A "\n5 in " A "\n6 in " A "\n6.299\n"
         "see split_brain 1\n6.3\nsee split_brain 0\nsee masters 1\n");
}

static void test_contender_inherits(void **state) {
  (void)state;
  replay("0 in " A "\n1 in " A "\n1.3 in " B "\n2 in " A "\n2.3 in " B "\nsee masters 2\n"
         "2.5 in 192.168.1.2 2 0 100 192.168.1.1\n"
         "see master 192.168.1.3\nsee masters 1\nsee split_brain 0\n");
}

static void test_last_word_before_yielding(void **state) {
  (void)state;
  replay("0 in " B "\n1 in " B "\n1.1 in " A "\n1.101 in " B "\n2.1 in " A "\n3.1 in " A
         "\n"
         "see masters 1\nsee split_brain 0\nsee master 192.168.1.2\n");
}

#define FORGED "192.168.1.66 2 254 100 192.168.1.1"

static void test_one_forged_advert_does_not_hide_the_master(void **state) {
  (void)state;
  replay("0 in " A "\n1 in " A "\n1.2 in " FORGED "\nsee master 192.168.1.66\n"
         "2 in " A "\nsee master 192.168.1.2\nsee split_brain 0\n"
         "3 in " A "\nsee master 192.168.1.2\nsee masters 1\n");
}

static void test_a_storm_of_sources_does_not_hide_the_master(void **state) {
  (void)state;
  char script[8192];
  int used = snprintf(script, sizeof(script), "0 in " A "\n1 in " A "\n");

  for (int i = 0; i < 100; i++)
    used += snprintf(script + used, sizeof(script) - (size_t)used,
                     "%.3f in 10.0.%d.%d 2 %d 100 192.168.1.1\n", 1.1 + i * 0.005, i,
                     i + 1, 130 + i);
  snprintf(script + used, sizeof(script) - (size_t)used,
           "2 in " A "\nsee master 192.168.1.2\nsee speakers 8\n"
           "3 in " A "\nsee master 192.168.1.2\nsee masters 1\n");
  replay(script);
}

// A frame that waited to be read is older than what this host learned meanwhile.
static void test_a_late_frame_hurries_no_problem(void **state) {
  (void)state;
  replay("0 own " A "\n0.1 addresses 1\n1 own " A "\n1.5 addresses 0\n"
         "1.5 own 192.168.1.2 2 110 100 192.168.1.1 late=0.01\nsee vip_missing 0\n"
         "2.5\nsee vip_missing 1\n");
}

// Two processors may hand over two frames in another order than their stamps.
static void test_frames_out_of_order(void **state) {
  (void)state;
  replay("0 in " B "\n1 in " B "\n1 in " B " late=0.001\n"
         "see gap 1.000\nsee missed 0\n");
  replay("0 in " B "\n1 in " B "\n1 in " A " late=0.001\n"
         "see master 192.168.1.2\nsee outage 0.000\nsee missed 0\n");
}

#define A7 "192.168.1.11 2 120 100 192.168.1.1"
#define B7 "192.168.1.12 2 100 100 192.168.1.1"

// The reader was stopped for 8 s; first of all it hears what this host knows by now.
static void test_held_up_and_nothing_lost(void **state) {
  (void)state;
  replay("0 in " A7 "\n1 in " A7 "\n1.1 pause\n9 addresses 0\n9 process unknown\n"
         "9 in 192.168.1.11 2 0 100 192.168.1.1 late=7.5\n9 addresses 0\n"
         "9 in " B7 " late=6.9\n9 process unknown\n9 in " B7 " late=5.9\n"
         "9 in " B7 " late=4.9\n9 in " B7 " late=3.9\n9 in " B7 " late=2.9\n"
         "9 in " B7 " late=1.9\n9 in " B7 " late=0.9\n9 resume\n"
         "see master 192.168.1.12\nsee outage 0.600\nsee changes 1\nsee flapping 0\n"
         "see missed 0\n"
         "event 0 new_master\nevent 1.5 released\nevent 2.1 new_master\n");
}

// What happened while it was stopped is concluded afterwards, each at its own time.
static void test_held_up_and_nothing_missed(void **state) {
  (void)state;
  replay("0 in " A7 "\n1 in " A7 "\n1.1 pause\n30 in " B7 " late=20\n"
         "30 in " B7 " late=19\n30 resume\n"
         "see masters 0\nsee changes 1\n"
         "event 0 new_master\nevent 5 master_lost\nevent 5 +no_master\n"
         "event 10 new_master\nevent 10 -no_master\nevent 15 master_lost\n"
         "event 15 +no_master\n");
}

// What this host learns runs no clock ahead of frames that wait.
static void test_news_of_this_host_pass_no_time(void **state) {
  (void)state;
  replay("0 in " A7 "\n0.5 pause\n1 addresses 1\n20 process yes\nsee masters 1\n"
         "see state backup\nsee vip_on_backup 0\n20 own " B7 " late=19.4\n"
         "see state backup\n20 own 192.168.1.13 2 130 100 192.168.1.1 late=19.3\n"
         "20 in " A7 " late=19.2\nsee state master\nsee vip_on_backup 0\n");
}

// While the reader was held up its buffer ran over: what is missing then is no silence.
static void test_what_was_dropped_is_no_silence(void **state) {
  (void)state;
  replay("0 in " A7 "\n1 in " A7 "\n1.1 pause\n9 dropped\n9 in " A7 " late=7\n"
         "9 in " A7 " late=0.5\n9 resume\n12.999\nsee masters 1\n13\nsee masters 0\n"
         "event 0 new_master\nevent 13 master_lost\nevent 13 +no_master\n");
}

// The link went down, which is known before the last frames were read.
static void test_frames_from_before_the_link_went_down(void **state) {
  (void)state;
  replay("0 in " A7 "\n1 in " A7 "\n1.1 pause\n3.5 link down\n"
         "3.5 in " A7 " late=1.5\n3.5 in " A7 " late=0.5\n3.5 resume\nsee masters 0\n"
         "see received 4\n20\nsee no_master 0\nevent 0 new_master\n");
  replay("0 in " A7 "\n1 link down\n1.5 in " A7 "\n9\nevent 0 new_master\n"
         "event 1.5 new_master\n");
}

// A frame that its sender's priority 0 has overtaken does not bring it back.
static void test_an_overtaken_advert_means_nothing(void **state) {
  (void)state;
  replay("0 in " A7 "\n1 in " A7 "\n1.5 in 192.168.1.11 2 0 100 192.168.1.1\n"
         "1.5 in " A7 " late=0.001\nsee masters 0\nsee received 4\n2.1 in " B7 "\n"
         "see master 192.168.1.12\nsee outage 0.600\n");
}

static void test_priority_that_the_daemon_tells(void **state) {
  (void)state;
  replay("0 process yes\n0 in " A "\nsee own_priority untold\n"
         "1 priority 90\nsee changed 1\nsee own_priority 90\n"
         "2 priority 90\nsee changed 0\n"
         "3 priority untold\nsee changed 1\nsee own_priority untold\n");
  replay("0 own " B "\nsee own_priority 100\n1 priority 90\nsee own_priority 90\n"
         "2 priority untold\nsee own_priority 100\n");
}

static void test_flapping(void **state) {
  (void)state;
  replay("0 in " A "\n"
         "1 in 192.168.1.2 2 0 100 192.168.1.1\n1.6 in " B "\n"
         "10 in " A "\n11 in 192.168.1.2 2 0 100 192.168.1.1\n11.6 in " B "\n"
         "20 in " A "\nsee flapping 0\n21 in 192.168.1.2 2 0 100 192.168.1.1\n"
         "21.6 in " B "\nsee flapping 1\n"
         "61.599\nsee flapping 1\n61.6\nsee flapping 0\n");
}

static void test_stalled_daemon(void **state) {
  (void)state;
  replay("0 process yes\n0 own " A "\n0.1 addresses 1\n1 own " A
         "\n4.999\nsee stalled 0\n"
         "5\nsee stalled 1\nsee state backup\n8 own " A "\nsee stalled 0\n");
  // the other one has taken over meanwhile
  replay("0 process yes\n0 own " A "\n0.1 addresses 1\n3.61 in " B "\nsee stalled 1\n"
         "4.7\nsee vip_on_backup 1\n5 own " A "\nsee stalled 0\nsee vip_on_backup 0\n");
  // an honest end is no stall
  replay("0 process yes\n0 own " A "\n0.1 addresses 1\n"
         "1 own 192.168.1.2 2 0 100 192.168.1.1\n1.1 addresses 0\n9\nsee stalled 0\n");
}

static void test_address_missing_on_the_master(void **state) {
  (void)state;
  replay("0 own " A "\n0.999\nsee vip_missing 0\n1 own " A "\nsee vip_missing 1\n"
         "1.5 addresses 1\nsee vip_missing 0\n");
  replay("0 own " A "\n0.5 addresses 1\n1 own " A "\n3\nsee vip_missing 0\n");
}

static void test_address_on_a_backup(void **state) {
  (void)state;
  replay("0 in " A "\n0 addresses 1\n0.999\nsee vip_on_backup 0\n1\nsee vip_on_backup 1\n"
         "2 addresses 0\nsee vip_on_backup 0\n");
}

// For a master any interface counts; on a backup's loopback it is a real server's.
static void test_an_address_on_the_loopback_interface(void **state) {
  (void)state;
  replay("0 own " A "\n0.1 loopback 1\n1 own " A "\n2 own " A "\n3 own " A "\n"
         "see vip_missing 0\n4 own 192.168.1.2 2 0 100 192.168.1.1\n4.6 in " B "\n6\n"
         "see state backup\nsee vip_on_backup 0\n");
}

// Another cluster with the same VRID and other addresses outranks this host's.
static void test_a_host_answers_for_its_own_list(void **state) {
  (void)state;
  replay("0 own " A "\n0.1 addresses 1\n1 own " A "\n"
         "1.5 in 192.168.1.9 2 200 100 10.0.0.1,10.0.0.2 auth=1\n2 own " A "\n"
         "2.5 in 192.168.1.9 2 200 100 10.0.0.1,10.0.0.2 auth=1\n3 own " A "\n"
         "3.5 in 192.168.1.9 2 200 100 10.0.0.1,10.0.0.2 auth=1\n4 own " A "\n"
         "see state master\nsee split_brain 1\nsee addresses_differ 1\n"
         "see vip_missing 0\n");
}

// It was master with its address for four seconds while the reader was held up; that the
// address is not here any more when it reads on says nothing of that time.
static void test_what_is_here_now_was_not_always_so(void **state) {
  (void)state;
  replay("0 in " A "\n0.5 process yes\n0.6 pause\n9 addresses 0\n"
         "9 own 192.168.1.3 2 130 100 192.168.1.1 late=8\n"
         "9 own 192.168.1.3 2 130 100 192.168.1.1 late=7\n"
         "9 own 192.168.1.3 2 130 100 192.168.1.1 late=6\n"
         "9 own 192.168.1.3 2 0 100 192.168.1.1 late=4\n9 in " A " late=3.4\n"
         "9 in " A " late=2.4\n9 in " A " late=1.4\n9 in " A " late=0.4\n9 resume\n13\n"
         "event 0 new_master\nevent 0.5 backup\nevent 1 new_master\nevent 1 master\n"
         "event 5 released\nevent 5 backup\nevent 5.6 new_master\n"
         "event 12.6 master_lost\nevent 12.6 +no_master\n");
}

// It spoke once, and died.
static void test_a_preemptor_that_dies_at_once(void **state) {
  (void)state;
  replay(
      "0 in 192.168.1.3 2 100 100 192.168.1.1\n1 in 192.168.1.3 2 100 100 192.168.1.1\n"
      "1.5 in 192.168.1.2 2 120 100 192.168.1.1\nsee reason preempted\n"
      "5.11 in 192.168.1.3 2 100 100 192.168.1.1\nsee reason master-no-response\n"
      "see outage 3.610\n"
      "event 0 new_master\nevent 1.5 new_master\nevent 5.11 new_master\n");
}

// Both routers were given another VRID by a reload; the address went along.
static void test_a_removed_instance_is_no_outage(void **state) {
  (void)state;
  replay("0 listed yes\n0 process yes\n0 own " A "\n0.1 addresses 1\n1 own " A "\n"
         "1.5 own 192.168.1.2 2 0 100 192.168.1.1\n1.6 process unknown\n1.6 listed "
         "no\n1.7 addresses 0\n"
         "see state observer\nsee over 1\n100\nsee no_master 0\nsee vip_on_backup 0\n"
         "event 0 backup\nevent 0 new_master\nevent 0 master\nevent 1.5 released\n"
         "event 1.5 backup\nevent 1.6 removed\nevent 1.6 observer\n");
  // the reader of its list came late: what was wrong is right again
  replay("0 listed yes\n0 process yes\n0 own " A
         "\n1.5 own 192.168.1.2 2 0 100 192.168.1.1"
         "\n4\nsee no_master 1\n4.1 process unknown\n4.1 listed no\nsee no_master 0\n"
         "see over 1\n");
}

static void test_a_removed_instance_that_others_keep(void **state) {
  (void)state;
  replay("0 listed yes\n0 process yes\n0 in " A "\n0.6 process unknown\n0.6 listed no\n"
         "see state observer\n1 in " A "\nsee over 0\nsee masters 1\n"
         "1.5 process yes\n1.5 listed yes\nsee state backup\nsee over 0\n"
         "event 0 backup\nevent 0 new_master\nevent 0.6 removed\nevent 0.6 observer\n"
         "event 1.5 backup\nevent 1.5 added\n");
}

static void test_a_renamed_instance(void **state) {
  (void)state;
  replay("0 name 7\n0 listed yes\n0 in " A "\n1 name 8\n2 listed untold\n3 name 0\n"
         "3 listed yes\n3 name 8\n"
         "event 0 new_master\nevent 1 renamed\n");
}

static void test_a_silent_daemon_removes_nothing(void **state) {
  (void)state;
  replay("0 listed yes\n0 process yes\n0 in " A "\n1 listed untold\n1 process unknown\n"
         "see state backup\nsee over 0\n3599\nsee over 0\n3600\nsee over 1\n");
  replay("0 listed yes\n0 process yes\n0 in " A "\n9000\nsee over 0\n");
  replay("0 listed no\n0 in " A "\nsee state observer\nevent 0 new_master\n");
}

static void test_as_many_adverts_as_the_daemon_waits_for(void **state) {
  (void)state;
  replay("0 down_adverts 5\n0 in " A "\n5.999\nsee masters 1\n6\nsee masters 0\n");
  replay("0 down_adverts 2\n0 in " A "\n2.61 in " B "\nsee master 192.168.1.3\n"
         "see reason master-no-response\n");
  replay("0 in " A "\n1 down_adverts 10\nsee changed 1\n10.9\nsee masters 1\n");
}

static void test_one_advert_proves_nothing(void **state) {
  (void)state;
  replay("0 in " A "\nsee proven 0\n0.4 in " B "\nsee proven 0\n1 in " A
         "\nsee proven 1\n"
         "9\nsee proven 1\n");
  replay("0 own " A "\nsee proven 1\n");
}

static void test_unexpected_speaker(void **state) {
  (void)state;
  replay("0 in " A "\nsee unexpected_speaker 0\n");
  replay("0 peers 192.168.1.2\n0 in " A "\nsee unexpected_speaker 0\n"
         "0.1 in " B "\nsee unexpected_speaker 1\n1 in " A "\n"
         "600\nsee unexpected_speaker 1\n600.1\nsee unexpected_speaker 0\n");
  replay("0 peers 192.168.1.9\n0 own " A "\nsee unexpected_speaker 0\n");
  replay("0 own " A "\n0.1 forged " A "\nsee unexpected_speaker 1\n");
}

static void test_wrong_mac(void **state) {
  (void)state;
  replay("0 in " A " mac=00:00:5e:00:01:0a\nsee wrong_mac 0\n"
         "1 in " A " mac=00:00:5e:00:01:0b\nsee wrong_mac 1\n");
  replay("0 in " A " mac=00:00:5e:00:02:0a\nsee wrong_mac 1\n");
  replay("0 in " A " mac=52:54:00:00:01:0b\nsee wrong_mac 0\n");
  replay("0 in fe80::2 3 100 100 fe80::1 mac=00:00:5e:00:02:0a\nsee wrong_mac 0\n");
}

static void test_false_owner(void **state) {
  (void)state;
  replay("0 in 192.168.1.2 2 255 100 192.168.1.1\nsee false_owner 1\n");
  replay("0 in 192.168.1.1 2 255 100 192.168.1.1\nsee false_owner 0\n");
  replay("0 in 192.168.1.2 2 254 100 192.168.1.1\nsee false_owner 0\n");
}

static void test_ipv6_list_without_a_link_local_address(void **state) {
  (void)state;
  replay(
      "0 in fe80::2 3 100 100 2001:db8::61\nsee no_link_local 1\nsee master fe80::2\n");
  replay("0 in fe80::2 3 100 100 fe80::1,2001:db8::61\nsee no_link_local 0\n");
  replay("0 in " A "\nsee no_link_local 0\n");
}

#define FAR(time, ttl) time " in " A " to=192.168.1.9 ttl=" ttl "\n"

static void test_unicast_from_farther_away_than_usual(void **state) {
  (void)state;
  replay(FAR("0", "254") FAR("1", "255") FAR("2", "254") "see ttl_unusual 0\n" FAR(
      "3", "253") "see ttl_unusual 1\n" FAR("603", "254") "see ttl_unusual 0\n");
  // who is always far away is so as usual, in time
  replay(FAR("0", "255") FAR("10", "250") "see ttl_unusual 1\n" FAR("599", "250")
             FAR("600", "250") FAR("1200", "250") "see ttl_unusual 0\n" FAR(
                 "1201", "249") "see ttl_unusual 1\n");
  // and what was usual is forgotten
  replay(FAR("0", "250") FAR("1", "255") FAR("600", "255") FAR("1200", "255")
             FAR("1201", "250") "see ttl_unusual 1\n");
  // multicast is held to 255 anyway, and this host's own TTL says nothing
  replay("0 in " A "\n1 own 192.168.1.9 2 130 100 192.168.1.1 to=192.168.1.2 ttl=7\n"
         "see ttl_unusual 0\n");
}

// Of whom nothing but rejected packets came nothing is known; nobody speaks, but that is
// no outage.
static void test_only_rejected(void **state) {
  (void)state;
  replay("0 rejected auth_type\nsee state unknown\nsee no_master 0\n"
         "100 link up\nsee state unknown\n100 in " A "\nsee state observer\n"
         "101 rejected checksum\nsee state observer\n");
  replay("0 rejected auth_type\n1 process yes\nsee state unknown\n"
         "2 in " A "\nsee state backup\n");
  replay("0 in " A "\n1 rejected auth_type\nsee state observer\n");
}

static void test_two_owners(void **state) {
  (void)state;
  replay("0 in 192.168.1.2 2 255 100 192.168.1.1\n0.5 in " B "\nsee two_owners 0\n"
         "1 in 192.168.1.3 2 255 100 192.168.1.1\nsee two_owners 1\n"
         "599.9\nsee two_owners 1\n600\nsee two_owners 0\n");
}

static void test_speakers_disagree(void **state) {
  (void)state;
  replay("0 own " A "\n1 in 192.168.1.3 2 100 200 192.168.1.1\nsee interval_differs 1\n"
         "see differs_interval 1\nsee version_differs 0\n"
         "2 in " B "\nsee interval_differs 0\nsee differs_interval 1\n");
  replay("0 own " A "\n1 in 192.168.1.3 3 100 100 192.168.1.1\nsee version_differs 1\n");
  replay("0 own " A "\n1 in " B " auth=1\nsee auth_type_differs 1\n");
  replay("0 own " A "\n1 in 192.168.1.3 2 100 100 192.168.1.1,192.168.1.9\n"
         "see addresses_differ 1\n");
}

static void test_old_words_do_not_disagree(void **state) {
  (void)state;
  replay("0 in 192.168.1.3 2 100 200 192.168.1.1\n1 in " A "\nsee interval_differs 1\n"
         "599.9 in " A "\nsee interval_differs 1\n600\nsee interval_differs 0\n");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_first_advert_makes_a_master),
      cmocka_unit_test(test_own_adverts_make_this_host_master),
      cmocka_unit_test(test_master_is_lost_after_its_down_interval),
      cmocka_unit_test(test_v3_skews_by_the_interval),
      cmocka_unit_test(test_v2_skews_by_a_second_whatever_the_interval),
      cmocka_unit_test(test_released_and_taken_over),
      cmocka_unit_test(test_released_and_nobody_comes),
      cmocka_unit_test(test_priority_zero_of_a_backup_means_nothing),
      cmocka_unit_test(test_takeover_without_a_word),
      cmocka_unit_test(test_preemption),
      cmocka_unit_test(test_equal_priority_higher_address_wins),
      cmocka_unit_test(test_own_silence_is_no_mastership),
      cmocka_unit_test(test_changed_priority_is_the_same_master),
      cmocka_unit_test(test_gap_and_missed),
      cmocka_unit_test(test_half_an_interval_late_is_not_missed),
      cmocka_unit_test(test_state_of_a_host_that_takes_part),
      cmocka_unit_test(test_daemon_in_fault),
      cmocka_unit_test(test_unknown_process_changes_nothing),
      cmocka_unit_test(test_killed_daemon),
      cmocka_unit_test(test_link_down_ends_mastership_at_once),
      cmocka_unit_test(test_simultaneous_start_is_no_split_brain),
      cmocka_unit_test(test_split_brain_within_two_intervals),
      cmocka_unit_test(test_split_brain_with_a_harried_master),
      cmocka_unit_test(test_split_brain_ends_with_silence),
      cmocka_unit_test(test_contender_inherits),
      cmocka_unit_test(test_last_word_before_yielding),
      cmocka_unit_test(test_one_forged_advert_does_not_hide_the_master),
      cmocka_unit_test(test_a_storm_of_sources_does_not_hide_the_master),
      cmocka_unit_test(test_a_late_frame_hurries_no_problem),
      cmocka_unit_test(test_frames_out_of_order),
      cmocka_unit_test(test_held_up_and_nothing_lost),
      cmocka_unit_test(test_held_up_and_nothing_missed),
      cmocka_unit_test(test_news_of_this_host_pass_no_time),
      cmocka_unit_test(test_what_was_dropped_is_no_silence),
      cmocka_unit_test(test_frames_from_before_the_link_went_down),
      cmocka_unit_test(test_an_overtaken_advert_means_nothing),
      cmocka_unit_test(test_priority_that_the_daemon_tells),
      cmocka_unit_test(test_flapping),
      cmocka_unit_test(test_stalled_daemon),
      cmocka_unit_test(test_address_missing_on_the_master),
      cmocka_unit_test(test_address_on_a_backup),
      cmocka_unit_test(test_an_address_on_the_loopback_interface),
      cmocka_unit_test(test_a_host_answers_for_its_own_list),
      cmocka_unit_test(test_what_is_here_now_was_not_always_so),
      cmocka_unit_test(test_a_preemptor_that_dies_at_once),
      cmocka_unit_test(test_a_removed_instance_is_no_outage),
      cmocka_unit_test(test_a_removed_instance_that_others_keep),
      cmocka_unit_test(test_a_renamed_instance),
      cmocka_unit_test(test_a_silent_daemon_removes_nothing),
      cmocka_unit_test(test_as_many_adverts_as_the_daemon_waits_for),
      cmocka_unit_test(test_one_advert_proves_nothing),
      cmocka_unit_test(test_unexpected_speaker),
      cmocka_unit_test(test_wrong_mac),
      cmocka_unit_test(test_false_owner),
      cmocka_unit_test(test_only_rejected),
      cmocka_unit_test(test_ipv6_list_without_a_link_local_address),
      cmocka_unit_test(test_unicast_from_farther_away_than_usual),
      cmocka_unit_test(test_two_owners),
      cmocka_unit_test(test_speakers_disagree),
      cmocka_unit_test(test_old_words_do_not_disagree),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
