#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace moodlesync {

/// What is to be done about a failure, not whose fault it is. The engine turns each kind into a
/// task state (docs/architecture.md, "Outcomes").
enum class ErrorKind {
  kTransient,  ///< Nothing was done; the same again later may work. Spends an attempt.
  kInDoubt,  ///< The request left us, the answer never came: it may have been done. Look up before
             ///< creating.
  kUnavailable,  ///< The whole other side is away (down, maintenance). Spends no attempt, opens the
                 ///< breaker.
  kRejected,     ///< The other side refused this very row. Parked until somebody changes something.
  kConfig,       ///< Token, function, right or setting is wrong: stops the component, others go on.
  kBug,          ///< We broke a promise of our own.
};

[[nodiscard]] std::string_view to_string(ErrorKind kind);

/// A failure as a value. `code` is stable and for machines (Moodle's errorcode where there is one);
/// `message` is for people and names what failed, for which entity, what the other side said. It
/// never holds a secret.
struct Error {
  ErrorKind kind = ErrorKind::kBug;
  std::string code;
  std::string message;
  std::optional<std::chrono::seconds> retry_after =
      std::nullopt;  ///< What the other side asked for.

  /// Puts what was being done in front of the message: `return std::move(e).in("claiming tasks");`
  [[nodiscard]] Error in(std::string_view doing) && {
    message.insert(0, std::string(doing) + ": ");
    return std::move(*this);
  }
};

/// The error moved out, `from` left empty. Not inline, for the static analyser: where it can see a
/// variant's member being moved it takes the members of the other alternative for uninitialized.
[[nodiscard]] Error taken(Error& from);

/// A value or the Error that stood in its way. Member names are those of std::expected, which may
/// replace it one day.
template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}

  [[nodiscard]] bool has_value() const { return state_.index() == 0; }
  explicit operator bool() const { return has_value(); }

  [[nodiscard]] T& operator*() & { return std::get<0>(state_); }
  [[nodiscard]] const T& operator*() const& { return std::get<0>(state_); }
  [[nodiscard]] T&& operator*() && { return std::get<0>(std::move(state_)); }
  [[nodiscard]] T* operator->() { return &std::get<0>(state_); }
  [[nodiscard]] const T* operator->() const { return &std::get<0>(state_); }

  [[nodiscard]] Error& error() & { return std::get<1>(state_); }
  [[nodiscard]] const Error& error() const& { return std::get<1>(state_); }
  [[nodiscard]] Error error() && { return taken(std::get<1>(state_)); }

 private:
  std::variant<T, Error> state_;
};

/// Success without a value.
using Done = std::monostate;
using Status = Result<Done>;
[[nodiscard]] inline Status ok() { return Done{}; }

}  // namespace moodlesync
