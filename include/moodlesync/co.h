#pragma once

#include <coroutine>
#include <cstddef>
#include <exception>
#include <optional>
#include <utility>
#include <vector>

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
    T take() {
      if (!value) std::terminate();
      return std::move(*value);
    }
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
  [[nodiscard]] T take() { return frame_.promise().take(); }

  auto operator co_await() && noexcept {
    struct Awaiter {
      std::coroutine_handle<promise_type> frame;
      bool await_ready() noexcept { return false; }
      std::coroutine_handle<> await_suspend(std::coroutine_handle<> awaiting) noexcept {
        frame.promise().awaiter = awaiting;
        return frame;
      }
      T await_resume() { return frame.promise().take(); }
    };
    return Awaiter{frame_};
  }

 private:
  explicit Co(std::coroutine_handle<promise_type> frame) : frame_(frame) {}
  std::coroutine_handle<promise_type> frame_;
};

/// Runs all `parts` at once and returns their results in the same order: for a conversation that
/// has many rows to send and wants them in one batch. Destroying it cancels all parts.
template <class T>
Co<std::vector<T>> all_of(std::vector<Co<T>> parts) {
  struct Gathering {
    std::vector<std::optional<T>> results;
    std::size_t missing = 0;
    std::coroutine_handle<> awaiter;

    [[nodiscard]] bool await_ready() const noexcept { return missing == 0; }
    void await_suspend(std::coroutine_handle<> awaiting) noexcept { awaiter = awaiting; }
    void await_resume() const noexcept {}
  };
  // The last part to end hands over to who waits for all, by way of its own final suspension: by
  // then it is suspended and may be destroyed.
  struct HandOver {
    Gathering& all;
    [[nodiscard]] bool await_ready() const noexcept { return all.missing > 0 || !all.awaiter; }
    bool await_suspend(std::coroutine_handle<typename Co<bool>::promise_type> self) noexcept {
      self.promise().awaiter = std::exchange(all.awaiter, {});
      return false;
    }
    void await_resume() const noexcept {}
  };
  constexpr auto kFollow = [](Co<T>& part, Gathering& all, std::size_t at) -> Co<bool> {
    all.results[at].emplace(co_await std::move(part));
    --all.missing;
    HandOver hand_over{all};
    co_await hand_over;
    co_return true;
  };
  Gathering all;
  all.results.resize(parts.size());
  all.missing = parts.size();
  std::vector<Co<bool>> followers;
  followers.reserve(parts.size());
  for (std::size_t at = 0; at < parts.size(); ++at) {
    followers.push_back(kFollow(parts[at], all, at));
    followers.back().start();
  }
  co_await all;
  std::vector<T> results;
  results.reserve(all.results.size());
  for (std::optional<T>& result : all.results) {
    if (!result) std::terminate();
    results.push_back(std::move(*result));
  }
  co_return results;
}

}  // namespace moodlesync
