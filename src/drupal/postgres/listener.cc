#include "drupal/postgres/listener.h"

#include <utility>

#include "drupal/postgres/identifiers.h"

namespace moodlesync::postgres {

namespace {

constexpr std::chrono::seconds kBetweenTries{1};
constexpr std::chrono::seconds kConnectTimeout{3};

ConnectionSettings own_session(ConnectionSettings settings) {
  settings.application_name += " listener";
  settings.connect_timeout = kConnectTimeout;
  return settings;
}

}  // namespace

Listener::Listener(ConnectionSettings settings, std::string channel, bool enabled)
    : connection_(own_session(std::move(settings))),
      channel_(std::move(channel)),
      enabled_(enabled) {}

bool Listener::reconnect(Time now) {
  if (last_try_ && now - *last_try_ < kBetweenTries) return false;
  last_try_ = now;
  // LISTEN takes effect at its commit; whatever came before is found by looking, so say "look".
  return connection_.run("LISTEN " + quote_identifier(channel_)).has_value();
}

bool Listener::consume() {
  if (!enabled_) return false;
  if (!connection_.is_open()) return reconnect(std::chrono::steady_clock::now());
  const auto taken = connection_.take_notifications();
  if (!taken) return reconnect(std::chrono::steady_clock::now());
  return *taken > 0;
}

}  // namespace moodlesync::postgres
