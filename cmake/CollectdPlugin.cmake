# A plugin is built in two parts, so that the arrows can run one way only:
#
#   ha_core(NAME SOURCES ... [LIBS ...])    NAME_core: the pure core and its I/O.
#       Never sees collectd's headers; unit tests and fuzzers link it alone.
#   ha_plugin(NAME SOURCES ... [LIBS ...])  NAME.so: collectd's side, on NAME_core.
#   ha_unit_test(NAME TEST SOURCES ...)     a cmocka test of NAME_core.
#   ha_fuzzer(NAME FUZZER SOURCES ...)      a libFuzzer target of NAME_core.

find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)

find_path(COLLECTD_INCLUDE_DIR collectd/core/daemon/plugin.h REQUIRED)

add_library(ha_flags INTERFACE)
target_compile_options(ha_flags INTERFACE
  -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla
  -fno-common -fvisibility=hidden)
target_compile_definitions(ha_flags INTERFACE _GNU_SOURCE)
if(HA_WERROR)
  target_compile_options(ha_flags INTERFACE -Werror)
endif()
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
  target_link_libraries(${NAME}_core PUBLIC ha_flags Threads::Threads ${ARG_LIBS})
endfunction()

function(ha_plugin NAME)
  cmake_parse_arguments(ARG "" "" "SOURCES;LIBS" ${ARGN})
  add_library(${NAME} MODULE ${ARG_SOURCES})
  set_target_properties(${NAME} PROPERTIES PREFIX "")
  target_include_directories(${NAME} SYSTEM PRIVATE
    ${COLLECTD_INCLUDE_DIR}/collectd ${COLLECTD_INCLUDE_DIR}/collectd/core)
  target_compile_definitions(${NAME} PRIVATE HAVE_CONFIG_H)
  target_link_libraries(${NAME} PRIVATE ${NAME}_core ${ARG_LIBS})
  # Only module_register may leave the plugin: a function of ours with the name
  # of one of the daemon's would otherwise be replaced by the daemon's.
  set(script ${CMAKE_SOURCE_DIR}/cmake/plugin.map)
  target_link_options(${NAME} PRIVATE -Wl,--version-script=${script})
  set_target_properties(${NAME} PROPERTIES LINK_DEPENDS ${script})
  install(TARGETS ${NAME} DESTINATION lib/collectd-ha)
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
