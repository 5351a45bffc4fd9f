# A plugin is built in two parts, so that the arrows can run one way only:
#
#   ha_core(NAME SOURCES ... [LIBS ...])    NAME_core: the pure core and its I/O, on ha_common.
#       Never sees collectd's headers; unit tests and fuzzers link it alone.
#   ha_plugin(NAME SOURCES ... [LIBS ...])  NAME.so: collectd's side, on NAME_core, with
#       what all plugins share of it.
#   ha_unit_test(NAME TEST SOURCES ...)     a cmocka test of NAME_core.
#   ha_plugin_test(NAME TEST SOURCES ...)   the same of the whole plugin NAME, which comes
#       before it: SOURCES have a collectd of the test's, such as ${HA_TEST_DAEMON}.
#   ha_fuzzer(NAME FUZZER SOURCES ...)      a libFuzzer target of NAME_core.

find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)

find_path(COLLECTD_INCLUDE_DIR collectd/core/daemon/plugin.h REQUIRED)

include(cmake/Hardening.cmake)

add_library(ha_flags INTERFACE)
target_compile_options(ha_flags INTERFACE
  -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla -Wformat-security
  -Wno-missing-field-initializers # a row of a table leaves out what is 0
  -fno-common -fvisibility=hidden)
# On 32 bits, too, a file or directory is read whose numbers need 64.
target_compile_definitions(ha_flags INTERFACE _GNU_SOURCE _FILE_OFFSET_BITS=64)
if(HA_WERROR)
  target_compile_options(ha_flags INTERFACE -Werror)
endif()
ha_harden(ha_flags)
if(HA_SANITIZE)
  target_compile_options(ha_flags INTERFACE
    -fsanitize=${HA_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(ha_flags INTERFACE -fsanitize=${HA_SANITIZE})
endif()
if(HA_FUZZERS)
  target_compile_options(ha_flags INTERFACE -fsanitize=fuzzer-no-link)
endif()

function(ha_core NAME)
  cmake_parse_arguments(ARG "" "" "SOURCES;LIBS" ${ARGN})
  add_library(${NAME}_core STATIC ${ARG_SOURCES})
  set_target_properties(${NAME}_core PROPERTIES POSITION_INDEPENDENT_CODE ON)
  target_include_directories(${NAME}_core PUBLIC ${CMAKE_CURRENT_SOURCE_DIR})
  target_link_libraries(${NAME}_core PUBLIC ha_common ha_flags Threads::Threads ${ARG_LIBS})
endfunction()

# What is compiled against collectd's headers, as a part of the plugin NAME.
function(ha_sees_collectd TARGET NAME)
  target_include_directories(${TARGET} SYSTEM PRIVATE
    ${COLLECTD_INCLUDE_DIR}/collectd ${COLLECTD_INCLUDE_DIR}/collectd/core)
  target_compile_definitions(${TARGET} PRIVATE HAVE_CONFIG_H HA_PLUGIN_NAME="${NAME}")
endfunction()

set(HA_COMMON_PLUGIN ${CMAKE_SOURCE_DIR}/plugins/common/plugin/options.c
  ${CMAKE_SOURCE_DIR}/plugins/common/plugin/dispatch.c
  ${CMAKE_SOURCE_DIR}/plugins/common/plugin/netns_trouble.c)

# A collectd for tests, and its texts and names alone, for those who make the rest themselves.
set(HA_TEST_TEXTS ${CMAKE_SOURCE_DIR}/tests/unit/collectd_texts.c)
set(HA_TEST_DAEMON ${CMAKE_SOURCE_DIR}/tests/unit/daemon.c ${HA_TEST_TEXTS})

function(ha_plugin NAME)
  cmake_parse_arguments(ARG "" "" "SOURCES;LIBS" ${ARGN})
  list(TRANSFORM ARG_SOURCES PREPEND ${CMAKE_CURRENT_SOURCE_DIR}/)
  add_library(${NAME} MODULE ${ARG_SOURCES} ${HA_COMMON_PLUGIN})
  set_target_properties(${NAME} PROPERTIES PREFIX "")
  ha_sees_collectd(${NAME} ${NAME})
  target_link_libraries(${NAME} PRIVATE ${NAME}_core ${ARG_LIBS})
  set_target_properties(${NAME} PROPERTIES HA_LIBS "${ARG_LIBS}")
  # Only module_register may leave the plugin: a function of ours with the name
  # of one of the daemon's would otherwise be replaced by the daemon's.
  set(script ${CMAKE_SOURCE_DIR}/cmake/plugin.map)
  target_link_options(${NAME} PRIVATE -Wl,--version-script=${script})
  set_target_properties(${NAME} PROPERTIES LINK_DEPENDS ${script})
  install(TARGETS ${NAME} DESTINATION ${CMAKE_INSTALL_LIBDIR}/collectd-ha)
endfunction()

function(ha_unit_test NAME TEST)
  if(NOT HA_TESTS)
    return()
  endif()
  cmake_parse_arguments(ARG "" "" "SOURCES;LIBS" ${ARGN})
  add_executable(${TEST} ${ARG_SOURCES})
  target_include_directories(${TEST} PRIVATE ${CMAKE_SOURCE_DIR}/tests/unit)
  target_link_libraries(${TEST} PRIVATE ${NAME}_core PkgConfig::CMOCKA ${ARG_LIBS})
  add_test(NAME ${TEST} COMMAND ${TEST})
  # An allocation that is too large fails, as it does without sanitizers.
  set_tests_properties(${TEST} PROPERTIES SKIP_RETURN_CODE 77 ENVIRONMENT
    "ASAN_OPTIONS=allocator_may_return_null=1;TSAN_OPTIONS=allocator_may_return_null=1")
endfunction()

function(ha_plugin_test NAME TEST)
  if(NOT HA_TESTS)
    return()
  endif()
  cmake_parse_arguments(ARG "" "" "SOURCES;LIBS" ${ARGN})
  get_target_property(sources ${NAME} SOURCES)
  get_target_property(libs ${NAME} HA_LIBS)
  ha_unit_test(${NAME} ${TEST} SOURCES ${ARG_SOURCES} ${sources} LIBS ${libs} ${ARG_LIBS})
  ha_sees_collectd(${TEST} ${NAME})
endfunction()

function(ha_fuzzer NAME FUZZER)
  if(NOT HA_FUZZERS)
    return()
  endif()
  cmake_parse_arguments(ARG "" "" "SOURCES;LIBS" ${ARGN})
  add_executable(${FUZZER} ${ARG_SOURCES})
  target_link_options(${FUZZER} PRIVATE -fsanitize=fuzzer)
  target_link_libraries(${FUZZER} PRIVATE ${NAME}_core ${ARG_LIBS})
endfunction()
