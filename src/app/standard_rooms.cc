#include <curl/curl.h>
#include <libpq-fe.h>

#include <algorithm>
#include <array>
#include <utility>

#include "app/program.h"
#include "components/registry.h"
#include "drupal/postgres/drupal.h"
#include "drupal/postgres/migrations.h"
#include "moodle/gateway.h"
#include "ops/steady_clock.h"

namespace moodlesync::app {

namespace {

Result<std::unique_ptr<DrupalDatabase>> open_database(std::string_view scheme,
                                                      const DrupalSettings& settings) {
  const std::array backends{postgres::backend()};
  const auto* const found = std::ranges::find(backends, scheme, &DrupalBackend::scheme);
  if (found != backends.end()) return found->open(settings);
  std::string known;
  for (const DrupalBackend& backend : backends) {
    known.append(known.empty() ? "" : ", ").append(backend.scheme);
  }
  return Error{ErrorKind::kConfig, "unknown_database",
               "drupal.connection begins with " + std::string(scheme) +
                   "://, and this program knows only " + known};
}

/// libpq's number is major * 10000 + minor.
std::string libpq_version() {
  const int number = PQlibVersion();
  return std::to_string(number / 10'000) + "." + std::to_string(number % 10'000);
}

}  // namespace

Rooms standard_rooms() {
  Rooms rooms;
  rooms.components = all_components();
  rooms.open_database = &open_database;
  rooms.open_gateway = [](moodle::GatewaySettings settings) {
    static const ops::SteadyClock kClock;
    return moodle::open_gateway(std::move(settings), kClock);
  };
  rooms.schema_version = postgres::newest_schema_version();
  rooms.versions = {{"moodle-syncd", MOODLESYNC_VERSION},
                    {"schema", std::to_string(rooms.schema_version)},
                    {"libcurl", curl_version_info(CURLVERSION_NOW)->version},
                    {"libpq", libpq_version()}};
  rooms.environment = process_environment();
  static ops::Systemd systemd;
  rooms.service_manager = &systemd;
  return rooms;
}

}  // namespace moodlesync::app
