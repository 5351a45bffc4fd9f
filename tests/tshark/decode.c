// SPDX-License-Identifier: MIT
// What does the decoder say of each packet of a pcap file (raw IP)?
//
// A line a packet: VERDICT, and if accepted VERSION VRID PRIORITY COUNT INTERVAL-CS
// NO-PSEUDO-HEADER ADDRESS,ADDRESS…
#include "core/packet.h"

#include <stdio.h>
#include <string.h>

static void print_advert(const struct vrrp_advert *advert) {
  char text[VRRP_ADDRESS_TEXT_MAX];

  printf(" %u %u %u %u %u %d ", advert->version, advert->origin.vrid, advert->priority,
         advert->address_count, advert->interval_cs, advert->no_pseudo_header);
  for (unsigned i = 0; i < advert->address_count; i++) {
    struct vrrp_address address = vrrp_advert_address(advert, i);
    printf("%s%s", i ? "," : "", vrrp_address_format(&address, text));
  }
}

int main(int argc, char **argv) {
  static uint8_t packet[65536];
  static struct vrrp_advert advert;
  const struct vrrp_rules rules = {.unicast_ttl_min = 255};
  uint32_t header[4]; // seconds, microseconds, captured length, length
  FILE *file = argc == 2 ? fopen(argv[1], "rb") : NULL;

  if (file == NULL || fread(packet, 24, 1, file) != 1)
    return 2;
  while (fread(header, sizeof(header), 1, file) == 1 && header[2] <= sizeof(packet) &&
         fread(packet, 1, header[2], file) == header[2]) {
    enum vrrp_verdict verdict = vrrp_packet_decode(packet, header[2], &rules, &advert);
    printf("%s", vrrp_verdict_name(verdict));
    if (verdict == VRRP_ACCEPTED)
      print_advert(&advert);
    putchar('\n');
  }
  fclose(file);
  return 0;
}
