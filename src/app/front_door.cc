#include "app/front_door.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <string>
#include <utility>

namespace moodlesync::app {

namespace {

/// Numbers for a graph are not worth more of the database's time than this.
constexpr std::chrono::milliseconds kLongestLook{10'000};
/// What a turn of the loop may take on top of one statement that times out.
constexpr std::chrono::milliseconds kSpare{30'000};

ops::QueueWatch::Open opener(const Settings& settings, const Rooms& rooms) {
  DrupalSettings drupal = settings.drupal;
  drupal.statement_timeout = std::min(drupal.statement_timeout, kLongestLook);
  return [&rooms, drupal = std::move(drupal), scheme = settings.drupal_scheme,
          sources = settings.sources()]() -> Result<std::unique_ptr<DrupalDatabase>> {
    auto database = rooms.open_database(scheme, drupal);
    if (database) (*database)->set_sources(sources);
    return database;
  };
}

}  // namespace

std::unique_ptr<ops::Endpoint> open_endpoint(const Settings& settings, const Rooms& rooms,
                                             const Onlookers& onlookers, spdlog::logger& log) {
  if (!settings.endpoint.listen) return nullptr;
  ops::EndpointSettings wanted = settings.endpoint;
  wanted.patience = settings.drupal.statement_timeout + settings.engine.poll_interval + kSpare;
  auto endpoint = ops::Endpoint::open(
      std::move(wanted), {onlookers.clock,
                          onlookers.vital_signs,
                          onlookers.metrics,
                          opener(settings, rooms),
                          {settings.engine.site_url, settings.moodle.base_url,
                           rooms.versions.empty() ? "" : rooms.versions.front().second}});
  if (!endpoint) {
    log.error(
        "MS-113 metrics, health and status page are not there, syncing goes on: reason=\"{}\"",
        endpoint.error().message);
    return nullptr;
  }
  log.info("status page, metrics and health at http://{}/", to_string((*endpoint)->address()));
  return *std::move(endpoint);
}

}  // namespace moodlesync::app
