# What a stranger's frame must not be able to do, the compiler and the linker prevent: in every
# build type, as far as the compiler at hand can. tests/integration/test_plugins.py reads it off
# the plugins.
#
#   ha_harden(TARGET)   gives it to the interface library TARGET, so to all that links it.

include(CheckCCompilerFlag)
include(CheckCSourceCompiles)

# The C library checks lengths only in optimised code; a sanitizer checks them better.
function(ha_fortify TARGET)
  string(TOUPPER "CMAKE_C_FLAGS_${CMAKE_BUILD_TYPE}" of_type)
  if(HA_SANITIZE OR NOT "${CMAKE_C_FLAGS} ${${of_type}} " MATCHES "-O([1-3sgz]|fast)? ")
    return()
  endif()
  set(CMAKE_REQUIRED_FLAGS "-O2 -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3")
  check_c_source_compiles("
    #include <stdio.h>
    #if __USE_FORTIFY_LEVEL < 3
    #error the C library and the compiler know level 2
    #endif
    int main(void) { return 0; }" HA_HAS_FORTIFY_3)
  set(level 2)
  if(HA_HAS_FORTIFY_3)
    set(level 3)
  endif()
  target_compile_options(${TARGET} INTERFACE -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=${level})
endfunction()

function(ha_harden TARGET)
  set(CMAKE_REQUIRED_FLAGS -Werror) # clang takes what it then does not use
  foreach(flag -fstack-protector-strong -fstack-clash-protection
               -fcf-protection -mbranch-protection=standard)
    string(MAKE_C_IDENTIFIER "HA_HAS${flag}" has)
    check_c_compiler_flag(${flag} ${has})
    if(${has})
      target_compile_options(${TARGET} INTERFACE ${flag})
    endif()
  endforeach()
  ha_fortify(${TARGET})
  target_link_options(${TARGET} INTERFACE
    LINKER:-z,relro LINKER:-z,now LINKER:-z,noexecstack LINKER:-z,text)
endfunction()
