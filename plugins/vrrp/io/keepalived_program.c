// SPDX-License-Identifier: MIT
// Which version of keepalived is it that runs?
#include "io/keepalived_program.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PROGRAM_MAX = 64 << 20 };

// As keepalived's own SNMP has it: without the commit that it was built from.
static void copy_line(const char *line, char version[VRRP_KEEPALIVED_VERSION_SIZE]) {
  snprintf(version, VRRP_KEEPALIVED_VERSION_SIZE, "%.*s", (int)strcspn(line, "\r\n"),
           line);
  char *commit = strstr(version, ", git commit ");
  if (commit != NULL)
    *commit = '\0';
}

// "Keepalived v" and a digit, up to the text's end.
static int find_version(const char *bytes, size_t length,
                        char version[VRRP_KEEPALIVED_VERSION_SIZE]) {
  static const char BEGINS[] = "Keepalived v";
  const size_t begins = sizeof(BEGINS) - 1;
  const char *end = bytes + length, *at = bytes;
  while ((at = memmem(at, (size_t)(end - at), BEGINS, begins)) != NULL) {
    size_t size = strnlen(at, (size_t)(end - at));
    if (size > begins && size < VRRP_KEEPALIVED_VERSION_SIZE &&
        isdigit((unsigned char)at[begins])) {
      copy_line(at, version);
      return 0;
    }
    at += begins;
  }
  return -ENOMSG;
}

static int read_mapped(const char *bytes, size_t length,
                       struct vrrp_keepalived_program *ret_program) {
  static const char WIDE[] = " IPVS_64BIT_STATS";
  struct vrrp_keepalived_program program;
  int status = find_version(bytes, length, program.version);
  program.ipvs_64bit = memmem(bytes, length, WIDE, sizeof(WIDE) - 1) != NULL;
  if (status == 0)
    *ret_program = program;
  return status;
}

static int read_file(int fd, struct vrrp_keepalived_program *ret_program) {
  struct stat st;
  if (fstat(fd, &st) < 0)
    return -errno;
  if (!S_ISREG(st.st_mode) || st.st_size <= 0 || st.st_size > PROGRAM_MAX)
    return -EFBIG;
  // The file of a program that runs cannot be written, so it does not shrink below us.
  void *bytes = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
  if (bytes == MAP_FAILED)
    return -errno;
  int status = read_mapped(bytes, (size_t)st.st_size, ret_program);
  munmap(bytes, (size_t)st.st_size);
  return status;
}

int vrrp_keepalived_program_read(pid_t pid, struct vrrp_keepalived_program *ret_program) {
  char path[64];
  snprintf(path, sizeof(path), "/proc/%d/exe", (int)pid);
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0)
    return -errno;
  int status = read_file(fd, ret_program);
  close(fd);
  return status;
}
