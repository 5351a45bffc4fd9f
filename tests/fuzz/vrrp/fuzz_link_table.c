// SPDX-License-Identifier: MIT
// Can any rtnetlink buffer harm the table of links?
#include "io/link_table.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct vrrp_link_table table = {0};
  struct vrrp_address address =
      vrrp_address_make(VRRP_IPV4, (const uint8_t *)"\300\0\2\1");
  void *exact = malloc(size ? size : 1);

  memcpy(exact, data, size);
  vrrp_link_table_feed(&table, exact, size);
  vrrp_link_table_place(&table, &address);
  for (size_t i = 0; i < table.link_count; i++)
    if (strlen(table.links[i].name) >= IFNAMSIZ ||
        vrrp_link_table_find(&table, table.links[i].ifindex) == NULL)
      abort();
  vrrp_link_table_begin_dump(&table);
  vrrp_link_table_feed(&table, exact, size / 2);
  vrrp_link_table_end_dump(&table);
  vrrp_link_table_destroy(&table);
  free(exact);
  return 0;
}
