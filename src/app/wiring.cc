#include "app/wiring.h"

#include "app/epoch_file.h"
#include "engine/guard.h"

namespace moodlesync::app {

Result<std::vector<SettingsFault>> Wiring::connect(const Rooms& rooms) {
  if (gateway_ == nullptr) {
    auto gateway = rooms.open_gateway(settings_.moodle);
    if (!gateway) return std::move(gateway).error();
    gateway_ = *std::move(gateway);
  }
  const std::vector<SourceSpec> sources = settings_.sources();
  if (database_ == nullptr) {
    auto database = rooms.open_database(settings_.drupal_scheme, settings_.drupal);
    if (!database) return std::move(database).error();
    database_ = *std::move(database);
    database_->set_sources(sources);
  }
  return database_->reader().prepare(sources);
}

Result<std::string> pass_guard(Site& site, const Settings& settings, bool advance) {
  const auto record = site.record();
  if (!record) return record.error();
  const EpochFile file(settings.state_dir);
  const Result<std::string> ours = file.ours(record->epoch);
  if (!ours) return ours.error();
  engine::Guard guard(site, settings.engine.site_url, *ours);
  if (Status passed = guard.check(); !passed) return std::move(passed).error();
  if (!advance) return *ours;
  const std::string next = new_epoch();
  if (Status begun = file.begin(record->epoch, next); !begun) return std::move(begun).error();
  if (Status advanced = site.advance_epoch(record->epoch, next); !advanced) {
    return std::move(advanced).error().in("advancing the epoch");
  }
  if (Status finished = file.finish(next); !finished) return std::move(finished).error();
  return next;
}

}  // namespace moodlesync::app
