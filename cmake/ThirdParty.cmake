# Every library that is not ours, from Debian. A new one needs a line in docs/decisions/.
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
find_package(CURL REQUIRED)
find_package(PostgreSQL REQUIRED)
find_package(nlohmann_json 3.11 REQUIRED)
find_package(spdlog REQUIRED)
find_package(yaml-cpp REQUIRED)
find_package(CLI11 REQUIRED)
find_package(prometheus-cpp REQUIRED CONFIG)
pkg_check_modules(SYSTEMD REQUIRED IMPORTED_TARGET libsystemd)

# One name per library, so that a module's LINKS line and the layering test speak of the same thing.
foreach(pair IN ITEMS "curl=CURL::libcurl" "libpq=PostgreSQL::PostgreSQL" "json=nlohmann_json::nlohmann_json"
                      "spdlog=spdlog::spdlog" "yaml=yaml-cpp" "cli11=CLI11::CLI11" "threads=Threads::Threads"
                      "prometheus=prometheus-cpp::core" "systemd=PkgConfig::SYSTEMD")
  string(REPLACE "=" ";" pair "${pair}")
  list(GET pair 0 name)
  list(GET pair 1 target)
  add_library(thirdparty_${name} INTERFACE)
  target_link_libraries(thirdparty_${name} INTERFACE ${target})
  add_library(thirdparty::${name} ALIAS thirdparty_${name})
endforeach()

if(MOODLESYNC_TESTS OR NOT DEFINED MOODLESYNC_TESTS)
  find_package(GTest REQUIRED)
  find_package(benchmark REQUIRED)
  # Debian's cpp-httplib is a shared library found by pkg-config.
  pkg_check_modules(HTTPLIB REQUIRED IMPORTED_TARGET cpp-httplib)
  add_library(thirdparty_httplib INTERFACE)
  target_link_libraries(thirdparty_httplib INTERFACE PkgConfig::HTTPLIB Threads::Threads)
  add_library(thirdparty::httplib ALIAS thirdparty_httplib)
endif()
