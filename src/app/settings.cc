// Longer than most files: one function for each section of the configuration, and its keys in it.
#include "app/settings.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <limits>
#include <tuple>
#include <utility>

#include "app/connection_option.h"
#include "app/yaml_settings.h"
#include "base/text.h"
#include "outside/url_call.h"

namespace moodlesync::app {

namespace {

using std::chrono::milliseconds;

constexpr std::size_t kLargestFile = std::size_t{1} << 20;

std::string required(Section& section, std::string_view key) {
  std::string value = section.text(key);
  if (value.empty()) section.fault(key, "is missing");
  return value;
}

std::string required_url(Section& section, std::string_view key) {
  std::string url = required(section, key);
  if (!url.empty() && !url.starts_with("https://") && !url.starts_with("http://")) {
    section.fault(key, "must begin with https:// or http://, not '" + url + "'");
  }
  return url;
}

milliseconds at_least(Section& section, std::string_view key, milliseconds fallback,
                      milliseconds least) {
  const milliseconds value = section.duration(key, fallback);
  if (value >= least) return value;
  section.fault(key, "must be at least " + std::to_string(least.count()) + "ms");
  return fallback;
}

int small_number(Section& section, std::string_view key, int fallback, int min, int max) {
  return static_cast<int>(section.number(key, fallback, min, max));
}

/// Reads one configuration; its sections each in a function of their own.
class Reader {
 public:
  Reader(const SettingsNode& root, const std::filesystem::path& file,
         std::span<const ComponentKind> kinds, const Environment& environment,
         SettingsReport& report, SettingsTrace* trace)
      : root_node_(root),
        root_(&root, file.string(), {}, &report.faults, trace),
        kinds_(kinds),
        report_(report),
        secrets_(file, environment, report) {
    settings_.file = file;
  }

  Settings read() {
    read_drupal();
    read_moodle();
    read_engine();
    read_brake();
    read_log();
    read_http();
    settings_.state_dir = root_.text("state_dir", "/var/lib/moodle-syncd");
    if (settings_.state_dir.is_relative()) {
      root_.fault("state_dir", "must be an absolute path");
    }
    read_components();
    root_.finish();
    return std::move(settings_);
  }

 private:
  void hide(const std::string& secret) {
    if (!secret.empty()) settings_.secrets.push_back(secret);
  }

  void read_drupal() {
    Section drupal = root_.section("drupal");
    DrupalSettings& to = settings_.drupal;
    settings_.engine.site_url = required_url(drupal, "site_url");
    to.connection = read_connection(drupal);
    to.password = secrets_.read(drupal, root_node_.find("drupal"), "password");
    hide(to.password);
    to.schema = drupal.text("schema", to.schema);
    to.prefix = drupal.text("prefix", to.prefix);
    to.notify = drupal.flag("notify", to.notify);
    to.statement_timeout =
        at_least(drupal, "statement_timeout", to.statement_timeout, milliseconds{1000});
    read_outside(drupal);
    to.outside_caches = settings_.outside.is_set();
    drupal.finish();
  }

  void read_outside(Section& drupal) {
    outside::AnnouncerSettings& to = settings_.outside;
    to.command = drupal.texts("invalidate_command");
    if (drupal.has("invalidate_command") &&
        (to.command.empty() || !to.command[0].starts_with('/'))) {
      drupal.fault("invalidate_command",
                   "must be a list that begins with the absolute path of a program; there is no "
                   "shell");
    }
    to.url = drupal.text("invalidate_url");
    if (!to.url.empty()) {
      const std::string objection = outside::url_objection(to.url);
      if (!objection.empty()) drupal.fault("invalidate_url", objection);
      if (!to.command.empty()) {
        drupal.fault("invalidate_url", "and invalidate_command are both set; one of them must go");
      }
    }
    to.ca_file = drupal.text("invalidate_ca_file");
    to.timeout = at_least(drupal, "invalidate_timeout", to.timeout, milliseconds{100});
  }

  std::string read_connection(Section& drupal) {
    const std::string connection = drupal.text("connection");
    std::string parts;
    for (const std::string_view key : {"host", "port", "dbname", "user"}) {
      const std::string value = drupal.text(key);
      if (value.empty()) continue;
      parts.append(parts.empty() ? "" : " ").append(key).append("=");
      parts += quoted_for_libpq(value);
      if (!connection.empty())
        drupal.fault(key, "and connection are both set; one of them must go");
    }
    if (connection.empty() && parts.empty()) {
      drupal.fault("connection", "is missing (or host, port, dbname and user)");
    }
    if (drupal.explores() || (connection.empty() && !drupal.text("port").empty())) {
      static_cast<void>(drupal.number("port", 5432, 1, 65535));
    }
    check_connection(drupal, connection);
    return connection.empty() ? parts : connection;
  }

  void check_connection(Section& drupal, const std::string& connection) {
    settings_.drupal_scheme = scheme_of(connection);
    const std::string password = password_in(connection);
    if (password.empty()) return;
    hide(password);
    const SettingsNode* section = root_node_.find("drupal");
    const SettingsNode* node = section == nullptr ? nullptr : section->find("connection");
    if (node == nullptr || !node->from_environment) {
      drupal.fault("connection",
                   "must not hold a password: put it into a file and name that as "
                   "password_file, or write connection: ${NAME}");
    }
  }

  void read_moodle() {
    Section moodle = root_.section("moodle");
    moodle::GatewaySettings& to = settings_.moodle;
    to.base_url = required_url(moodle, "url");
    to.allow_http = moodle.flag("allow_http", to.allow_http);
    if (to.base_url.starts_with("http://") && !to.allow_http) {
      moodle.fault("url",
                   "begins with http://, so that the token would cross the network in "
                   "clear; use https:// or set allow_http: true");
    }
    const std::size_t faults = report_.faults.size();
    const std::string token = secrets_.read(moodle, root_node_.find("moodle"), "token");
    if (token.empty() && report_.faults.size() == faults) {
      moodle.fault("token_file",
                   "is missing: the file that holds the token of Moodle's external "
                   "service");
    }
    hide(token);
    to.token = moodle::Secret(token);
    to.ca_file = moodle.text("ca_file");
    read_concurrency(moodle.section("concurrency"));
    to.max_input_vars = small_number(moodle, "max_input_vars", to.max_input_vars, 100, 1'000'000);
    to.connect_timeout = at_least(moodle, "connect_timeout", to.connect_timeout, milliseconds{100});
    to.timeout_factor = static_cast<double>(moodle.number("timeout_factor", 1, 1, 100));
    to.max_answer_bytes = static_cast<std::size_t>(
        moodle.number("max_answer_bytes", static_cast<std::int64_t>(to.max_answer_bytes),
                      std::int64_t{1} << 20, std::int64_t{1} << 30));
    read_batch_sizes(moodle);
    moodle.finish();
  }

  void read_concurrency(Section section) {
    constexpr std::int64_t kMost = 32;
    moodle::ConcurrencySettings& to = settings_.moodle.concurrency;
    const auto read = [&](std::string_view key, std::size_t fallback, std::size_t least) {
      const auto floor = static_cast<std::int64_t>(least);
      const auto usual = std::max(floor, static_cast<std::int64_t>(fallback));
      return static_cast<std::size_t>(section.number(key, usual, floor, kMost));
    };
    to.min = read("min", to.min, 1);
    to.initial = read("initial", to.initial, to.min);
    to.max = read("max", to.max, to.initial);
    section.finish();
  }

  void read_batch_sizes(Section& moodle) {
    for (const auto& [function, text] : moodle.mapping("batch")) {
      const auto rows = base::parse_int(text);
      if (rows && *rows >= 1 && *rows <= 1000) {
        settings_.moodle.max_batch[function] = static_cast<int>(*rows);
      } else {
        report_.faults.push_back({moodle.origin("batch", function),
                                  "must be a number of rows from 1 to 1000, not '" + text + "'"});
      }
    }
  }

  void read_engine() {
    Section engine = root_.section("engine");
    engine::EngineSettings& to = settings_.engine;
    constexpr milliseconds kTick{10};
    to.poll_interval = at_least(engine, "poll_interval", to.poll_interval, kTick);
    to.claim_limit = small_number(engine, "claim_limit", to.claim_limit, 1, 10'000);
    to.max_in_flight = small_number(engine, "max_in_flight", to.max_in_flight, 1, 100'000);
    // The heartbeat comes three times per lease.
    to.lease = std::chrono::duration_cast<std::chrono::seconds>(
        at_least(engine, "lease", to.lease, milliseconds{6'000}));
    to.shutdown_grace = engine.duration("shutdown_grace", to.shutdown_grace);
    to.retry_base = at_least(engine, "retry_base", to.retry_base, kTick);
    to.retry_cap = at_least(engine, "retry_cap", to.retry_cap, to.retry_base);
    to.retry_share = small_number(engine, "retry_share", to.retry_share, 0, 100);
    to.retry_window = at_least(engine, "retry_window", to.retry_window, milliseconds{1000});
    to.max_attempts = small_number(engine, "max_attempts", to.max_attempts, 1, 1000);
    to.wait_backstop = at_least(engine, "wait_backstop", to.wait_backstop, milliseconds{1000});
    to.component_rest = at_least(engine, "component_rest", to.component_rest, milliseconds{1000});
    to.sweep_interval = engine.duration("sweep_interval", to.sweep_interval);
    engine.finish();
  }

  void read_brake() {
    Section brake = root_.section("brake");
    engine::BrakeSettings& to = settings_.engine.brake;
    to.window = std::chrono::duration_cast<std::chrono::seconds>(
        at_least(brake, "window", to.window, milliseconds{60'000}));
    to.limit = read_brake_limit(brake, to.limit);
    Section components = brake.section("components");
    for (const ComponentKind& kind : kinds_) {
      const bool differs = components.has(kind.name) || components.explores();
      Section section = components.section(kind.name);
      if (differs) to.components[std::string(kind.name)] = read_brake_limit(section, to.limit);
      section.finish();
    }
    components.finish();
    brake.finish();
  }

  static engine::BrakeSettings::Limit read_brake_limit(
      Section& section, const engine::BrakeSettings::Limit& fallback) {
    return {section.number("removals", fallback.removals, 0, 1'000'000),
            section.number("percent", fallback.percent, 0, 100)};
  }

  void read_log() {
    Section log = root_.section("log");
    const std::string level = log.choice("level", "info", {"debug", "info", "warning", "error"});
    const std::string format = log.choice("format", "auto", {"auto", "human", "json"});
    const std::string outcomes = log.choice("outcomes", "all", {"all", "problems"});
    settings_.engine.tells_routine = outcomes == "all";
    settings_.log.level = parse_log_level(level).value_or(settings_.log.level);
    using Format = ops::LogSettings::Format;
    settings_.log.format = format == "json"    ? Format::kJson
                           : format == "human" ? Format::kHuman
                                               : Format::kAuto;
    log.finish();
  }

  void read_http() {
    Section http = root_.section("http");
    ops::EndpointSettings& to = settings_.endpoint;
    const std::string listen = http.text("listen");
    if (!listen.empty()) read_listen(http, listen);
    to.refresh = at_least(http, "refresh", to.refresh, milliseconds{1000});
    to.admin_token = secrets_.read(http, root_node_.find("http"), "admin_token");
    hide(to.admin_token);
    constexpr std::size_t kShortest = 16;
    if (!to.admin_token.empty() && to.admin_token.size() < kShortest) {
      http.fault("admin_token_file", "holds a token of less than 16 characters, which is guessed");
    }
    http.finish();
  }

  void read_listen(Section& http, const std::string& text) {
    const auto address = ops::parse_listen_address(text);
    if (!address) return http.fault("listen", address.error().message);
    settings_.endpoint.listen = *address;
    if (address->is_loopback()) return;
    report_.warnings.push_back(
        {http.origin("listen"),
         "lets other machines read the status of the sync and its metrics, without TLS: put a "
         "proxy that asks for a password in front, or listen at 127.0.0.1"});
  }

  void read_components() {
    Section components = root_.section("components");
    for (const ComponentKind& kind : kinds_) {
      if (!components.has(kind.name) && !components.explores()) continue;
      Section section = components.section(kind.name);
      settings_.components.push_back(kind.make(section));
      section.finish();
    }
    for (const ComponentKind& kind : kinds_) static_cast<void>(components.section(kind.name));
    if (settings_.components.empty()) {
      std::string names;
      for (const ComponentKind& kind : kinds_) {
        names.append(names.empty() ? "" : ", ").append(kind.name);
      }
      root_.fault("components", "must name at least one component (" + names + ")");
    }
    components.finish();
  }

  const SettingsNode& root_node_;
  Section root_;
  std::span<const ComponentKind> kinds_;
  SettingsReport& report_;
  Secrets secrets_;
  Settings settings_;
};

/// In file order, each only once: a component may have reported its unknown keys itself.
void tidy(std::vector<SettingsFault>& faults) {
  const auto key = [](const SettingsFault& fault) {
    return std::tie(fault.origin.line, fault.origin.key, fault.message);
  };
  std::ranges::stable_sort(faults, {}, key);
  const auto rest = std::ranges::unique(faults, {}, key);
  faults.erase(rest.begin(), rest.end());
}

}  // namespace

std::vector<SourceSpec> Settings::sources() const {
  std::vector<SourceSpec> all;
  for (const auto& component : components) {
    all.insert(all.end(), component->sources().begin(), component->sources().end());
  }
  return all;
}

std::optional<ops::LogLevel> parse_log_level(std::string_view text) {
  if (text == "debug") return ops::LogLevel::kDebug;
  if (text == "info") return ops::LogLevel::kInfo;
  if (text == "warning") return ops::LogLevel::kWarning;
  if (text == "error") return ops::LogLevel::kError;
  return std::nullopt;
}

LoadedSettings read_settings(std::string_view text, const std::filesystem::path& file,
                             std::span<const ComponentKind> kinds, const Environment& environment,
                             SettingsTrace* trace) {
  LoadedSettings loaded;
  std::vector<SettingsFault>& faults = loaded.report.faults;
  auto root = parse_yaml(text, file.string(), faults);
  if (root) {
    substitute_environment(*root, file.string(), environment, faults);
    loaded.settings = Reader(*root, file, kinds, environment, loaded.report, trace).read();
  }
  tidy(faults);
  if (!faults.empty()) loaded.settings.reset();
  return loaded;
}

SettingsTrace explore_settings(std::span<const ComponentKind> kinds) {
  SettingsTrace trace;
  trace.explores = true;
  SettingsNode nothing;
  nothing.kind = SettingsNode::Kind::kMap;
  SettingsReport report;
  const Environment none = [](const std::string& /*name*/) { return std::nullopt; };
  static_cast<void>(Reader(nothing, {}, kinds, none, report, &trace).read());
  return trace;
}

LoadedSettings load_settings(const std::filesystem::path& file,
                             std::span<const ComponentKind> kinds, const Environment& environment,
                             SettingsTrace* trace) {
  LoadedSettings loaded;
  const auto refuse = [&](std::string message) {
    loaded.report.faults.push_back({{file.string(), 0, {}}, std::move(message)});
  };
  errno = 0;
  std::ifstream in(file, std::ios::binary);
  std::string text(kLargestFile + 1, '\0');
  if (!in.read(text.data(), static_cast<std::streamsize>(text.size())) && !in.eof()) {
    refuse(std::string("cannot be read: ") + std::strerror(errno));
    return loaded;
  }
  text.resize(static_cast<std::size_t>(in.gcount()));
  if (text.size() > kLargestFile) {
    refuse("is larger than 1 MiB, which no configuration is");
    return loaded;
  }
  return read_settings(text, file, kinds, environment, trace);
}

}  // namespace moodlesync::app
