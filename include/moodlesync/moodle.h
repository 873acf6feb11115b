#pragma once

#include <chrono>
#include <coroutine>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "moodlesync/result.h"

namespace moodlesync {

using Json = nlohmann::json;

/// What the gateway must know about one of Moodle's web service functions to gather many
/// conversations' rows into one call and to give each row its own answer. Declared next to the
/// component that calls it.
struct Function {
  std::string_view name;  ///< e.g. core_course_create_courses

  enum class Effect { kRead, kWrite };
  Effect effect =
      Effect::kWrite;  ///< After a lost answer a write is in doubt, a read is merely repeated.

  /// How a row becomes form variables.
  enum class Shape {
    kSingle,  ///< `field=value`: one row per call.
    kRows,    ///< `list[i][field]=value`: many rows per call.
    kValues,  ///< `list[i]=value`: the row's only field is the value; many per call.
    kJoined,  ///< `list=value,value`: the same in one form variable.
  };
  Shape shape = Shape::kRows;
  std::string_view list = {};  ///< Name of the list parameter, for all but kSingle.

  /// How the answer is dealt out to the rows.
  enum class Answer {
    kWhole,     ///< Each row gets the whole answer (kSingle).
    kInOrder,   ///< An array with one element per row, in order.
    kNothing,   ///< `null`: each row gets Json(nullptr).
    kWarnings,  ///< `{warnings:[{itemid, warningcode, message}]}`; a row is found by `match` =
                ///< itemid and gets null, or its warning as a kRejected error. A warning without
                ///< itemid concerns the only row or all.
    kMatch,     ///< An array of objects; a row gets the object whose field `match` equals the row's
                ///< value, or null.
  };
  Answer answer = Answer::kInOrder;
  std::string_view match =
      {};  ///< kWarnings: the row's field that holds itemid. kMatch: the answer's field.
  std::string_view within = {};  ///< kMatch: where in the answer the array is; empty: it is all.
  /// kWarnings: a warning with this code says that the row had been done before; it counts as
  /// success.
  std::string_view done_code = {};

  bool all_or_nothing =
      true;  ///< One bad row undoes all: a refused call is split until the bad row stands alone.
  /// Doing a row again changes nothing. kWarnings: a call with warnings that name no row is then
  /// split like a refused one, until each row has an answer of its own.
  bool repeatable = false;
  int max_batch = 50;                ///< Rows per call; the number of form variables limits it too.
  std::chrono::seconds timeout{60};  ///< From sending to the whole answer.
  /// Reads: what Moodle would say, as JSON, of something that only a plan has made so far; `$id`
  /// stands for its id.
  std::string_view of_planned = "[]";
};

/// Form variables in the order they are sent. A name may be nested: `customfields[0][value]`.
class Params {
 public:
  Params& add(std::string name, std::string value) {
    items_.emplace_back(std::move(name), std::move(value));
    return *this;
  }
  [[nodiscard]] const std::vector<std::pair<std::string, std::string>>& items() const {
    return items_;
  }
  [[nodiscard]] std::size_t size() const { return items_.size(); }
  /// The value of `name`, or "".
  [[nodiscard]] std::string_view get(std::string_view name) const;
  bool operator==(const Params&) const = default;

 private:
  std::vector<std::pair<std::string, std::string>> items_;
};

/// One row for Moodle.
struct Call {
  const Function* function = nullptr;  ///< Static storage.
  Params row;
  Params fixed = {};  ///< Parameters outside the row; rows share a call only if these are equal.
  /// Never two calls in flight that hold the same key, e.g. "categories", "course:12". Empty: no
  /// restriction.
  std::string key = {};
  /// Rows of one group travel together where they can. Any number of calls in flight may share it,
  /// but none beside one that holds it as its key: enrolments in "course:12", and a change of that
  /// course.
  std::string group = {};
  /// Rows of a call are sorted by it (then by submission), so that two calls never lock in opposite
  /// order.
  std::int64_t order = 0;
  /// The word for what the row takes away: "delete", "suspend", "unenrol", "unassign", … Empty:
  /// nothing. The brake counts such rows, and may answer one with a kRejected error of its code.
  std::string_view removal = {};
};

class Moodle;

/// A row on its way to Moodle and back; what `co_await moodle.call(...)` waits on. Lives in the
/// coroutine's frame: destroying the coroutine withdraws the row (a call that is already on the
/// wire is not recalled).
class PendingCall {
 public:
  PendingCall(Moodle& moodle, Call call) : moodle_(&moodle), call_(std::move(call)) {}
  PendingCall(const PendingCall&) = delete;
  PendingCall& operator=(const PendingCall&) = delete;
  ~PendingCall();

  [[nodiscard]] bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> waiting);
  [[nodiscard]] Result<Json> await_resume() { return std::move(answer_); }

  // For the implementation of Moodle:
  [[nodiscard]] const Call& call() const { return call_; }
  /// Stores the answer and hands back who waits for it; the caller resumes that later, from the
  /// loop.
  [[nodiscard]] std::coroutine_handle<> answer(Result<Json> answer) {
    answer_ = std::move(answer);
    return std::exchange(waiting_, {});
  }

 private:
  Moodle* moodle_;
  Call call_;
  std::coroutine_handle<> waiting_;
  Result<Json> answer_ = Error{ErrorKind::kBug, "not_answered", "the call was never answered"};
};

/// What a conversation sees of Moodle: one row at a time, answered one at a time. That hundreds of
/// rows travel in one request is the gateway's business.
///
/// Answers: the element of Moodle's answer that belongs to the row (see Function::Answer), or an
/// Error: kRejected with Moodle's own errorcode or warning code; kInDoubt when a write was sent and
/// no answer came; kUnavailable, kConfig, kTransient as their names say. Threads: the event loop's
/// only.
class Moodle {
 public:
  virtual ~Moodle() = default;

  /// Use only as `co_await moodle.call(std::move(call))`.
  [[nodiscard]] PendingCall call(Call call) { return PendingCall(*this, std::move(call)); }

  /// False until this run has seen that the account can read (docs/architecture.md, "Reads can
  /// lie"): then "not found" is only "unknown" and must not lead to creating or removing anything.
  [[nodiscard]] virtual bool reads_are_trustworthy() const = 0;

  /// Whether the token's service holds `function`, as the preflight saw it: for functions that a
  /// component can do without (Component::optional_functions).
  [[nodiscard]] virtual bool offers(std::string_view /*function*/) const { return true; }

 protected:
  friend class PendingCall;
  virtual void submit(PendingCall& call) = 0;
  virtual void withdraw(PendingCall& call) noexcept = 0;

  // For a Moodle that stands in front of another.
  static void submit_to(Moodle& other, PendingCall& call) { other.submit(call); }
  static void withdraw_from(Moodle& other, PendingCall& call) noexcept { other.withdraw(call); }
};

inline PendingCall::~PendingCall() {
  if (waiting_) moodle_->withdraw(*this);
}
inline void PendingCall::await_suspend(std::coroutine_handle<> waiting) {
  waiting_ = waiting;
  moodle_->submit(*this);
}

}  // namespace moodlesync
