// SPDX-License-Identifier: MIT
// Does a process of this host take part in VRRP?
#include "io/participation.h"

#include "common/core/array.h"

#include "core/packet.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#define LINE_MAX_LENGTH 256
#define GROUP_IPV4      0xe0000012 // 224.0.0.18
#define GROUP_IPV6      "ff020000000000000000000000000012"

// A daemon whose adverts are behind an IP authentication header has a socket for that.
static bool is_vrrp(unsigned protocol) {
  return protocol == VRRP_PROTOCOL || protocol == IPPROTO_AH;
}

// A raw socket's protocol stands where other sockets have their local port.
static void take_raw(struct vrrp_participants *participants, enum vrrp_family family,
                     FILE *file, const struct vrrp_own_joins *own) {
  char line[LINE_MAX_LENGTH];
  unsigned protocol;

  (void)own;
  participants->known[family] = true;
  while (fgets(line, sizeof(line), file) != NULL)
    if (sscanf(line, " %*u: %*[0-9A-Fa-f]:%x", &protocol) == 1 && is_vrrp(protocol))
      participants->socket[family] = true;
}

static void note_join(struct vrrp_participants *participants, enum vrrp_family family,
                      unsigned ifindex, unsigned users,
                      const struct vrrp_own_joins *own) {
  size_t *count = &participants->joined_count[family];
  if (users > own->count(ifindex, family, own->user) && *count < VRRP_JOINED_MAX)
    participants->joined[family][(*count)++] = ifindex;
}

// An interface's line is followed by an indented one a group; the group is printed as
// the machine's integer.
static void take_igmp(struct vrrp_participants *participants, enum vrrp_family family,
                      FILE *file, const struct vrrp_own_joins *own) {
  char line[LINE_MAX_LENGTH];
  unsigned ifindex = 0, group, users;

  while (fgets(line, sizeof(line), file) != NULL) {
    if (line[0] != '\t')
      (void)sscanf(line, "%u", &ifindex);
    else if (sscanf(line, " %x %u", &group, &users) == 2 && group == htonl(GROUP_IPV4))
      note_join(participants, family, ifindex, users, own);
  }
}

static void take_igmp6(struct vrrp_participants *participants, enum vrrp_family family,
                       FILE *file, const struct vrrp_own_joins *own) {
  char line[LINE_MAX_LENGTH], group[33];
  unsigned ifindex, users;

  while (fgets(line, sizeof(line), file) != NULL)
    if (sscanf(line, "%u %*s %32s %u", &ifindex, group, &users) == 3 &&
        strcmp(group, GROUP_IPV6) == 0)
      note_join(participants, family, ifindex, users, own);
}

static const struct {
  const char *path;
  enum vrrp_family family;
  void (*take)(struct vrrp_participants *participants, enum vrrp_family family,
               FILE *file, const struct vrrp_own_joins *own);
} sources[] = {
    [VRRP_PROC_RAW] = {"/proc/thread-self/net/raw", VRRP_IPV4, take_raw},
    [VRRP_PROC_RAW6] = {"/proc/thread-self/net/raw6", VRRP_IPV6, take_raw},
    [VRRP_PROC_IGMP] = {"/proc/thread-self/net/igmp", VRRP_IPV4, take_igmp},
    [VRRP_PROC_IGMP6] = {"/proc/thread-self/net/igmp6", VRRP_IPV6, take_igmp6},
};
_Static_assert(HA_COUNT_OF(sources) == VRRP_PROC_FILES, "every file has its reader");

void vrrp_participants_take(struct vrrp_participants *participants,
                            enum vrrp_proc_file which, FILE *file,
                            const struct vrrp_own_joins *own) {
  sources[which].take(participants, sources[which].family, file, own);
}

void vrrp_participants_read(struct vrrp_participants *participants,
                            const struct vrrp_own_joins *own) {
  memset(participants, 0, sizeof(*participants));
  for (int i = 0; i < VRRP_PROC_FILES; i++) {
    FILE *file = fopen(sources[i].path, "re");
    if (file == NULL)
      continue;
    vrrp_participants_take(participants, i, file, own);
    (void)fclose(file);
  }
}

enum vrrp_participation
vrrp_participants_judge(const struct vrrp_participants *participants,
                        const struct vrrp_link_table *links, unsigned ifindex,
                        enum vrrp_family family, bool unicast) {
  if (!participants->known[family])
    return VRRP_PARTICIPATION_UNKNOWN;
  if (!participants->socket[family])
    return VRRP_PARTICIPATION_NO;
  if (unicast)
    return VRRP_PARTICIPATION_YES;
  for (size_t i = 0; i < participants->joined_count[family]; i++)
    if (vrrp_link_table_base(links, participants->joined[family][i]) == ifindex)
      return VRRP_PARTICIPATION_YES;
  return VRRP_PARTICIPATION_NO;
}
