// SPDX-License-Identifier: MIT
// Does a process of this host take part in VRRP?
#include "io/participation.h"

#include "core/packet.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#define LINE_MAX_LENGTH 256

typedef unsigned own_joins_fn(unsigned ifindex, enum vrrp_family family, void *user);

static const char *const raw_files[VRRP_FAMILIES] = {"/proc/net/raw", "/proc/net/raw6"};

// A raw socket's protocol stands where other sockets have their local port.
static bool has_raw_socket(FILE *file) {
  char line[LINE_MAX_LENGTH];

  while (fgets(line, sizeof(line), file) != NULL) {
    unsigned protocol;
    if (sscanf(line, " %*u: %*[0-9A-Fa-f]:%x", &protocol) == 1 &&
        protocol == VRRP_PROTOCOL)
      return true;
  }
  return false;
}

static void read_raw(struct vrrp_participants *participants, enum vrrp_family family) {
  FILE *file = fopen(raw_files[family], "re");

  if (file == NULL)
    return;
  participants->known[family] = true;
  participants->socket[family] = has_raw_socket(file);
  fclose(file);
}

static void note_join(struct vrrp_participants *participants, enum vrrp_family family,
                      unsigned ifindex, unsigned users, own_joins_fn *own_joins,
                      void *user) {
  size_t *count = &participants->joined_count[family];
  if (users > own_joins(ifindex, family, user) && *count < VRRP_JOINED_MAX)
    participants->joined[family][(*count)++] = ifindex;
}

// An interface's line is followed by an indented one a group; the group is printed as
// the machine's integer.
static void read_igmp(struct vrrp_participants *participants, own_joins_fn *own_joins,
                      void *user) {
  FILE *file = fopen("/proc/net/igmp", "re");
  char line[LINE_MAX_LENGTH];
  unsigned ifindex = 0, group, users;

  if (file == NULL)
    return;
  while (fgets(line, sizeof(line), file) != NULL) {
    if (line[0] != '\t')
      sscanf(line, "%u", &ifindex);
    else if (sscanf(line, " %x %u", &group, &users) == 2 && group == htonl(0xe0000012))
      note_join(participants, VRRP_IPV4, ifindex, users, own_joins, user);
  }
  fclose(file);
}

static void read_igmp6(struct vrrp_participants *participants, own_joins_fn *own_joins,
                       void *user) {
  FILE *file = fopen("/proc/net/igmp6", "re");
  char line[LINE_MAX_LENGTH], group[33];
  unsigned ifindex, users;

  if (file == NULL)
    return;
  while (fgets(line, sizeof(line), file) != NULL)
    if (sscanf(line, "%u %*s %32s %u", &ifindex, group, &users) == 3 &&
        strcmp(group, "ff020000000000000000000000000012") == 0)
      note_join(participants, VRRP_IPV6, ifindex, users, own_joins, user);
  fclose(file);
}

void vrrp_participants_read(struct vrrp_participants *participants,
                            own_joins_fn *own_joins, void *user) {
  memset(participants, 0, sizeof(*participants));
  read_raw(participants, VRRP_IPV4);
  read_raw(participants, VRRP_IPV6);
  read_igmp(participants, own_joins, user);
  read_igmp6(participants, own_joins, user);
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
