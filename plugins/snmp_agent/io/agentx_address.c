// SPDX-License-Identifier: MIT
// Where is the master?
#include "io/agentx_address.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>

static int parse_path(const char *path, struct agentx_address *ret) {
  struct sockaddr_un un = {.sun_family = AF_UNIX};
  size_t length = strlen(path);
  if (path[0] != '/')
    return -EINVAL;
  if (length >= sizeof(un.sun_path))
    return -ENAMETOOLONG;
  memcpy(un.sun_path, path, length + 1);
  memcpy(&ret->sockaddr, &un, sizeof(un));
  ret->length = offsetof(struct sockaddr_un, sun_path) + length + 1;
  return 0;
}

static int parse_port(const char *text, in_port_t *ret) {
  char *end;
  if (!isdigit((unsigned char)text[0]))
    return -EINVAL;
  errno = 0;
  unsigned long port = strtoul(text, &end, 10);
  if (*end != '\0' || errno != 0 || port < 1 || port > UINT16_MAX)
    return -EINVAL;
  *ret = htons(port);
  return 0;
}

static int parse_ipv4(const char *host, in_port_t port, struct agentx_address *ret) {
  struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = port};
  if (strcmp(host, "localhost") == 0)
    host = "127.0.0.1";
  if (inet_pton(AF_INET, host, &in.sin_addr) != 1)
    return -EINVAL;
  memcpy(&ret->sockaddr, &in, sizeof(in));
  ret->length = sizeof(in);
  return 0;
}

static int parse_ipv6(const char *host, in_port_t port, struct agentx_address *ret) {
  struct sockaddr_in6 in6 = {.sin6_family = AF_INET6, .sin6_port = port};
  if (inet_pton(AF_INET6, host, &in6.sin6_addr) != 1)
    return -EINVAL;
  memcpy(&ret->sockaddr, &in6, sizeof(in6));
  ret->length = sizeof(in6);
  return 0;
}

static int parse_tcp(const char *text, struct agentx_address *ret) {
  char host[INET6_ADDRSTRLEN + 2];
  const char *colon = strrchr(text, ':');
  if (colon == NULL || (size_t)(colon - text) >= sizeof(host))
    return -EINVAL;
  size_t length = colon - text;
  memcpy(host, text, length);
  host[length] = '\0';

  in_port_t port;
  int status = parse_port(colon + 1, &port);
  if (status != 0)
    return status;
  if (length < 2 || host[0] != '[' || host[length - 1] != ']')
    return parse_ipv4(host, port, ret);
  host[length - 1] = '\0';
  return parse_ipv6(host + 1, port, ret);
}

int agentx_address_parse(const char *text, struct agentx_address *ret) {
  if (strncmp(text, "tcp:", 4) == 0)
    return parse_tcp(text + 4, ret);
  return parse_path(strncmp(text, "unix:", 5) == 0 ? text + 5 : text, ret);
}
