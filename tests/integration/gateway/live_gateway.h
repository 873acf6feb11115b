#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "moodle/gateway.h"
#include "ops/steady_clock.h"

namespace moodlesync::moodle {

inline Co<Result<Json>> ask(Moodle& moodle, Call call) {
  Result<Json> answer = co_await moodle.call(std::move(call));
  co_return answer;
}

/// The real gateway on real sockets, and conversations of one call each.
class LiveGateway {
 public:
  explicit LiveGateway(GatewaySettings settings) {
    settings.allow_http = true;
    auto opened = open_gateway(std::move(settings), clock);
    if (!opened) ADD_FAILURE() << opened.error().message;
    if (opened) gateway = *std::move(opened);
  }

  std::size_t start(Call call) {
    talks.push_back(std::make_unique<Co<Result<Json>>>(ask(*gateway, std::move(call))));
    talks.back()->start();
    return talks.size() - 1;
  }

  void turn(std::chrono::milliseconds wait = std::chrono::milliseconds(50)) {
    gateway->pump(wait, {});
    for (const auto handle : gateway->take_ready()) handle.resume();
  }

  /// Turns the loop until `is_true`, for ten seconds at most.
  template <class Condition>
  bool run_until(Condition is_true) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (!is_true() && std::chrono::steady_clock::now() < deadline) turn();
    return is_true();
  }

  /// Runs until the conversation has its answer; once per conversation.
  Result<Json> answer(std::size_t talk) {
    if (!run_until([&] { return talks[talk]->done(); })) {
      return Error{ErrorKind::kBug, "test", "no answer within ten seconds"};
    }
    return talks[talk]->take();
  }

  Error error(std::size_t talk) {
    Result<Json> result = answer(talk);
    return result ? Error{ErrorKind::kBug, "test", "no error"} : std::move(result).error();
  }

  Result<MoodleSite> preflight() {
    Co<Result<MoodleSite>> run = gateway->preflight();
    run.start();
    if (!run_until([&] { return run.done(); })) {
      return Error{ErrorKind::kBug, "test", "the preflight did not end"};
    }
    return run.take();
  }

  ops::SteadyClock clock;
  std::unique_ptr<Gateway> gateway;
  std::vector<std::unique_ptr<Co<Result<Json>>>> talks;  ///< Go before the gateway.
};

}  // namespace moodlesync::moodle
