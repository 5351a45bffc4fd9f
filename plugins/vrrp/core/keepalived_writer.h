// SPDX-License-Identifier: MIT
// How is what keepalived is configured to do written down, path by path?
#ifndef HA_VRRP_KEEPALIVED_WRITER_H
#define HA_VRRP_KEEPALIVED_WRITER_H

#include "core/keepalived_configured.h"

#include <stdint.h>
#include <stdio.h>

enum { VRRP_KEEPALIVED_WORD_MAX = 96 }; // longer names and values are cut

// Entries are written one after another: form, path, NUL, value, NUL.
struct vrrp_keepalived_writer {
  FILE *out;
  char *bytes; // what was written, once it is closed
  size_t size;
  char path[VRRP_KEEPALIVED_PATH_SIZE];
  size_t length; // of the path
  size_t count;  // of entries
};

// 0 or -ENOMEM. One that was opened must be finished.
int vrrp_keepalived_writer_open(struct vrrp_keepalived_writer *writer);

// Sorts what was written, by path. 0, -ENOMEM, or -E2BIG beyond the bound;
// *ret_configured only on success, and the caller clears it.
int vrrp_keepalived_writer_finish(struct vrrp_keepalived_writer *writer,
                                  struct vrrp_keepalived_configured *ret_configured);

// A copy in printable ASCII.
void vrrp_keepalived_clean(const char *text, char word[static VRRP_KEEPALIVED_WORD_MAX]);

// Goes down to a part, "WHAT NAME", both in printable ASCII, one of them perhaps "".
// Returns where vrrp_keepalived_writer_leave() goes back to. What is too deep to be told
// stays where it is.
size_t vrrp_keepalived_writer_enter(struct vrrp_keepalived_writer *writer,
                                    const char *what, const char *name);
void vrrp_keepalived_writer_leave(struct vrrp_keepalived_writer *writer, size_t before);

// An entry of the path where the writer is: that it is there, or that it differs where
// the digest does.
void vrrp_keepalived_put_thing(struct vrrp_keepalived_writer *writer,
                               enum vrrp_keepalived_form_of_value form);
void vrrp_keepalived_put_digest(struct vrrp_keepalived_writer *writer, uint32_t digest);

// A setting of it: nothing for NaN and ""; of a command a digest.
void vrrp_keepalived_put_number(struct vrrp_keepalived_writer *writer, const char *word,
                                double number);
void vrrp_keepalived_put_text(struct vrrp_keepalived_writer *writer, const char *word,
                              const char *text);
void vrrp_keepalived_put_command(struct vrrp_keepalived_writer *writer, const char *word,
                                 const char *command);

#endif
