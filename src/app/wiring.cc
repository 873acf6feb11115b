#include "app/wiring.h"

namespace moodlesync::app {

Result<std::vector<SettingsFault>> Wiring::connect(const Rooms& rooms) {
  if (gateway_ == nullptr) {
    auto gateway = rooms.open_gateway(settings_.moodle);
    if (!gateway) return std::move(gateway).error();
    gateway_ = *std::move(gateway);
  }
  if (clerks_database_ == nullptr) {
    auto database = rooms.open_database(settings_.drupal_scheme, settings_.drupal);
    if (!database) return std::move(database).error();
    clerks_database_ = *std::move(database);
  }
  const std::vector<SourceSpec> sources = settings_.sources();
  if (database_ == nullptr) {
    auto database = rooms.open_database(settings_.drupal_scheme, settings_.drupal);
    if (!database) return std::move(database).error();
    database_ = *std::move(database);
    database_->set_sources(sources);
    // A request that was answered meanwhile is followed by the next one at once.
    database_->set_meanwhile([&gateway = *gateway_](int fd, std::chrono::milliseconds most) {
      gateway.attend(fd, most);
    });
  }
  return database_->reader().prepare(sources);
}

Status pass_guard(engine::Guard& guard, bool advance) {
  if (Status passed = guard.check(); !passed) return passed;
  return advance ? guard.advance() : ok();
}

}  // namespace moodlesync::app
