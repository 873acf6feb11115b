# The warnings and sanitizers that every target of ours is compiled with. Werror comes from the preset
# (CMAKE_COMPILE_WARNING_AS_ERROR), never from here: a packager's newer compiler must not break the build.
add_library(moodlesync_options INTERFACE)
target_compile_options(moodlesync_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wold-style-cast
  -Wnon-virtual-dtor -Woverloaded-virtual -Wformat=2 -Wcast-align -Wunused
  $<$<CXX_COMPILER_ID:GNU>:-Wduplicated-cond -Wlogical-op -Wuseless-cast>)

if(MOODLESYNC_HARDENED)
  include(CheckPIESupported)
  check_pie_supported()
  set(CMAKE_POSITION_INDEPENDENT_CODE ON)
  target_compile_options(moodlesync_options INTERFACE
    -fstack-protector-strong -fstack-clash-protection -D_FORTIFY_SOURCE=2
    "-ffile-prefix-map=${PROJECT_SOURCE_DIR}=.")
  target_link_options(moodlesync_options INTERFACE "LINKER:-z,relro,-z,now")
endif()

set(MOODLESYNC_SANITIZE "" CACHE STRING "Sanitizers, as in -fsanitize=, e.g. address,undefined")
if(MOODLESYNC_SANITIZE)
  target_compile_options(moodlesync_options INTERFACE
    -fsanitize=${MOODLESYNC_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all -g1)
  target_link_options(moodlesync_options INTERFACE -fsanitize=${MOODLESYNC_SANITIZE})
endif()
