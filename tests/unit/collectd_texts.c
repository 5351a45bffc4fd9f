// SPDX-License-Identifier: MIT
// How collectd writes texts and names, for every collectd of a test.

#include "daemon/collectd.h"

#include "daemon/plugin.h"
#include "utils/common/common.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

char *sstrncpy(char *target, const char *source, size_t size) {
  size_t length = strnlen(source, size - 1);

  memcpy(target, source, length);
  target[length] = '\0';
  return target;
}

int ssnprintf(char *target, size_t size, const char *format, ...) {
  va_list arguments;

  va_start(arguments, format);
  int length = vsnprintf(target, size, format, arguments);
  va_end(arguments);
  return length;
}

char *sstrerror(int number, char *buffer, size_t size) {
  return sstrncpy(buffer, strerrordesc_np(number), size);
}

int escape_slashes(char *text, size_t size) {
  (void)size;
  for (; *text != '\0'; text++)
    if (*text == '/')
      *text = '_';
  return 0;
}

int format_name(char *target, int size, const char *host, const char *plugin,
                const char *plugin_instance, const char *type,
                const char *type_instance) {
  snprintf(target, (size_t)size, "%s/%s%s%s/%s%s%s", host, plugin,
           plugin_instance[0] ? "-" : "", plugin_instance, type,
           type_instance[0] ? "-" : "", type_instance);
  return 0;
}
