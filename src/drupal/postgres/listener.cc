#include "drupal/postgres/listener.h"

#include <algorithm>
#include <random>
#include <utility>

#include "drupal/postgres/identifiers.h"

namespace moodlesync::postgres {

namespace {

constexpr std::chrono::seconds kConnectTimeout{3};
/// What every instance's pings begin with. A trigger's notification says nothing.
constexpr std::string_view kPing = "ping ";
/// One ping may be lost with its connection; two mean that notifications do not get through.
constexpr int kUnheardIsTrouble = 2;

ConnectionSettings own_session(ConnectionSettings settings) {
  settings.application_name += " listener";
  settings.connect_timeout = kConnectTimeout;
  return settings;
}

}  // namespace

Listener::Listener(ConnectionSettings settings, std::string channel, bool enabled,
                   Connection& other, ListenerPatience patience)
    : connection_(own_session(std::move(settings))),
      other_(other),
      channel_(std::move(channel)),
      enabled_(enabled),
      patience_(patience),
      payload_(std::string(kPing) + std::to_string(std::random_device{}()) + "-" +
               std::to_string(std::random_device{}())) {}

bool Listener::reconnect(Time now) {
  if (last_try_ && now - *last_try_ < patience_.between_tries) return false;
  last_try_ = now;
  pinged_.reset();
  // The first ping at once: whether LISTEN works is not known before.
  next_ping_ = in_trouble_ ? now + patience_.between_pings : now;
  // LISTEN takes effect at its commit; whatever came before is found by looking, so say "look".
  return connection_.run("LISTEN " + quote_identifier(channel_)).has_value();
}

bool Listener::consume() {
  if (!enabled_) return false;
  const Time now = std::chrono::steady_clock::now();
  if (!connection_.is_open()) return reconnect(now);
  const auto taken = connection_.take_notifications();
  if (!taken) return reconnect(now);
  if (std::ranges::find(*taken, payload_) != taken->end()) heard();
  if (!ping(now)) return reconnect(now);
  return std::ranges::any_of(
      *taken, [](const std::string& payload) { return !payload.starts_with(kPing); });
}

void Listener::heard() {
  pinged_.reset();
  unheard_ = 0;
  in_trouble_ = false;
  next_ping_ = std::chrono::steady_clock::now() + patience_.between_pings;
}

bool Listener::ping(Time now) {
  if (pinged_ && now - *pinged_ >= patience_.ping) {
    if (++unheard_ >= kUnheardIsTrouble && !std::exchange(in_trouble_, true)) {
      trouble_ = connection_.is_pooled()
                     ? "the database is reached through a pooler (PgBouncer in transaction mode?), "
                       "which swallows notifications; connect to PostgreSQL itself, or set "
                       "drupal.notify: false"
                     : "the database connection stands but notifications do not come through it";
    }
    connection_.close();
    return false;
  }
  if (pinged_ || now < next_ping_ || !other_.is_open() || other_.in_transaction()) return true;
  if (other_.query("SELECT pg_notify($1, $2)", {channel_, payload_})) pinged_ = now;
  return true;
}

std::optional<std::string> Listener::take_trouble() {
  return std::exchange(trouble_, std::nullopt);
}

}  // namespace moodlesync::postgres
