#pragma once

#include <chrono>
#include <utility>

#include "moodlesync/gateway.h"

namespace moodlesync::app {

/// Runs a coroutine outside the event loop. Every call in it has a timeout of its own.
template <class T>
T ask(Gateway& gateway, Co<T> question) {
  question.start();
  while (!question.done()) {
    gateway.pump(std::chrono::seconds(1), {});
    for (const std::coroutine_handle<> ready : gateway.take_ready()) ready.resume();
  }
  return question.take();
}

/// One row for Moodle, for ask().
inline Co<Result<Json>> put(Moodle& moodle, Call call) {
  Result<Json> answer = co_await moodle.call(std::move(call));
  co_return answer;
}

}  // namespace moodlesync::app
