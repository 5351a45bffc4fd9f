# Run by CPack on the tree that is about to be packed: what Debian's policy wants of it and
# `cmake --install` has no reason to do.

file(GLOB_RECURSE files ${CPACK_TEMPORARY_DIRECTORY}/*)
set(texts ${files})
list(FILTER texts INCLUDE REGEX "/man/man[157]/|\\.example$")
foreach(text ${texts})
  file(READ ${text} content)
  string(REPLACE /usr/local /usr content "${content}")
  file(WRITE ${text} "${content}")
endforeach()

set(compressed ${files})
list(FILTER compressed INCLUDE REGEX "/man/man[157]/|/collectd-ha/changelog$")
execute_process(COMMAND gzip -9n ${compressed} COMMAND_ERROR_IS_FATAL ANY)
