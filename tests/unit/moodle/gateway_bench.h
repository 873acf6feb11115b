#pragma once

#include <gtest/gtest.h>

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "moodle/gateway.h"
#include "scripted_transport.h"
#include "support/ports/fake_ports.h"

namespace moodlesync::moodle {

inline constexpr Function kCreate{.name = "core_course_create_courses", .list = "courses"};
inline constexpr Function kEnrol{
    .name = "enrol_manual_enrol_users", .list = "enrolments", .answer = Function::Answer::kNothing};
inline constexpr Function kUpdate{.name = "core_course_update_courses",
                                  .list = "courses",
                                  .answer = Function::Answer::kWarnings,
                                  .match = "id",
                                  .all_or_nothing = false};
inline constexpr Function kLookUp{.name = "core_user_get_users_by_field",
                                  .effect = Function::Effect::kRead,
                                  .shape = Function::Shape::kValues,
                                  .list = "values",
                                  .answer = Function::Answer::kMatch,
                                  .match = "username"};
inline constexpr Function kDuplicate{.name = "core_course_duplicate_course",
                                     .shape = Function::Shape::kSingle,
                                     .answer = Function::Answer::kWhole,
                                     .all_or_nothing = false,
                                     .timeout = std::chrono::minutes(10)};

inline Call create_course(std::string shortname, std::string key = {}, std::int64_t order = 0) {
  Call call{.function = &kCreate, .row = {}, .key = std::move(key), .order = order};
  call.row.add("shortname", std::move(shortname));
  return call;
}

inline Call enrol(std::string user) {
  Call call{.function = &kEnrol, .row = {}};
  call.row.add("userid", std::move(user));
  return call;
}

inline Call update_course(std::string id) {
  Call call{.function = &kUpdate, .row = {}};
  call.row.add("id", std::move(id));
  return call;
}

inline Call look_up(std::string username, std::string field = "username") {
  Call call{.function = &kLookUp, .row = {}};
  call.row.add("value", std::move(username));
  call.fixed.add("field", std::move(field));
  return call;
}

inline Call duplicate(std::string id) {
  Call call{.function = &kDuplicate, .row = {}};
  call.row.add("courseid", std::move(id));
  return call;
}

/// One conversation of one call.
inline Co<Result<Json>> ask(Moodle& moodle, Call call) {
  Result<Json> answer = co_await moodle.call(std::move(call));
  co_return answer;
}

/// A gateway on a scripted transport, and the conversations that use it.
class GatewayBench {
 public:
  explicit GatewayBench(GatewaySettings settings = default_settings()) {
    auto transport = std::make_unique<ScriptedTransport>();
    wire = transport.get();
    gateway = std::make_unique<BatchingGateway>(std::move(settings), std::move(transport), clock);
  }

  static GatewaySettings default_settings() {
    return {.base_url = "https://moodle.test", .token = Secret("t0ken")};
  }

  /// Starts a conversation; its number is its place in `talks`.
  std::size_t start(Call call) {
    talks.push_back(std::make_unique<Co<Result<Json>>>(ask(*gateway, std::move(call))));
    talks.back()->start();
    return talks.size() - 1;
  }
  void pump() { gateway->pump(std::chrono::milliseconds(0), {}); }
  std::size_t resume() {
    const auto ready = gateway->take_ready();
    for (const auto handle : ready) handle.resume();
    return ready.size();
  }
  /// Pumps until nothing changes any more.
  void run() {
    for (std::size_t calls = wire->sent.size() + 1; calls != wire->sent.size();) {
      calls = wire->sent.size();
      pump();
      resume();
    }
    pump();
    resume();
  }
  [[nodiscard]] bool is_answered(std::size_t talk) const { return talks.at(talk)->done(); }
  /// Requires: answered; once per conversation.
  [[nodiscard]] Result<Json> answer(std::size_t talk) {
    if (!talks.at(talk)->done()) return Error{ErrorKind::kBug, "test", "not answered yet"};
    return talks.at(talk)->take();
  }
  [[nodiscard]] Error error(std::size_t talk) {
    Result<Json> result = answer(talk);
    return result ? Error{ErrorKind::kBug, "test", "no error"} : std::move(result).error();
  }

  fakes::FakeClock clock;
  ScriptedTransport* wire = nullptr;
  std::unique_ptr<BatchingGateway> gateway;
  std::vector<std::unique_ptr<Co<Result<Json>>>> talks;  ///< Go before the gateway.
};

/// So many courses in one call that makes them.
inline GatewaySettings calls_of_at_most(int courses) {
  GatewaySettings settings = GatewayBench::default_settings();
  settings.max_batch["core_course_create_courses"] = courses;
  return settings;
}

using Sizes = std::vector<std::size_t>;

/// Courses in each call so far.
inline Sizes sizes(const GatewayBench& bench) {
  Sizes sizes;
  for (std::size_t i = 0; i < bench.wire->sent.size(); ++i)
    sizes.push_back(bench.wire->form(i).all("[shortname]").size());
  return sizes;
}

/// Answers course creates like Moodle: all or nothing, a shortname beginning with "bad" is refused.
inline Reply create_or_refuse(const Form& form) {
  const auto names = form.all("[shortname]");
  std::string ids;
  for (const std::string& name : names) {
    if (name.starts_with("bad")) return exception_reply("shortnametaken", "Taken: " + name);
    ids += (ids.empty() ? "" : ",") + (R"({"id":7,"shortname":")" + name + R"("})");
  }
  return json_reply("[" + ids + "]");
}

}  // namespace moodlesync::moodle
