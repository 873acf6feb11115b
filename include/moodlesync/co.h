#pragma once

#include <coroutine>
#include <exception>
#include <optional>
#include <utility>

namespace moodlesync {

/// A coroutine that starts when it is awaited and resumes its awaiter when it returns: the type of
/// a conversation and of the steps inside one.
///
/// Ownership: the object owns the coroutine's frame; destroying it cancels the coroutine wherever
/// it waits. Threads:   all coroutines live on the event loop's thread. Errors:    as values
/// (Result<T>, Outcome). An exception that escapes ends the process.
///
/// Name the arguments of an awaited call before `co_await`; no braced temporaries inside the
/// expression (g++ 12 destroys some of them twice).
template <class T>
class [[nodiscard]] Co {
 public:
  struct promise_type {
    std::optional<T> value;
    std::coroutine_handle<> awaiter = std::noop_coroutine();

    Co get_return_object() { return Co(std::coroutine_handle<promise_type>::from_promise(*this)); }
    std::suspend_always initial_suspend() noexcept { return {}; }
    struct ReturnToAwaiter {
      bool await_ready() noexcept { return false; }
      std::coroutine_handle<> await_suspend(std::coroutine_handle<promise_type> done) noexcept {
        return done.promise().awaiter;
      }
      void await_resume() noexcept {}
    };
    ReturnToAwaiter final_suspend() noexcept { return {}; }
    template <class U>
    void return_value(U&& result) {
      value.emplace(std::forward<U>(result));
    }
    [[noreturn]] void unhandled_exception() { std::terminate(); }
  };

  Co(Co&& other) noexcept : frame_(std::exchange(other.frame_, {})) {}
  Co& operator=(Co&& other) noexcept {
    std::swap(frame_, other.frame_);
    return *this;
  }
  Co(const Co&) = delete;
  Co& operator=(const Co&) = delete;
  ~Co() {
    if (frame_) frame_.destroy();
  }

  /// For the one that drives it: runs until the first suspension.
  void start() { frame_.resume(); }
  [[nodiscard]] bool done() const { return frame_.done(); }
  /// Requires: done().
  [[nodiscard]] T take() { return std::move(*frame_.promise().value); }

  auto operator co_await() && noexcept {
    struct Awaiter {
      std::coroutine_handle<promise_type> frame;
      bool await_ready() noexcept { return false; }
      std::coroutine_handle<> await_suspend(std::coroutine_handle<> awaiting) noexcept {
        frame.promise().awaiter = awaiting;
        return frame;
      }
      T await_resume() { return std::move(*frame.promise().value); }
    };
    return Awaiter{frame_};
  }

 private:
  explicit Co(std::coroutine_handle<promise_type> frame) : frame_(frame) {}
  std::coroutine_handle<promise_type> frame_;
};

}  // namespace moodlesync
