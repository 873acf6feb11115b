#pragma once

#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "moodlesync/co.h"
#include "moodlesync/moodle.h"

namespace moodlesync::fakes {

/// A Moodle without network: answers each row from a script and keeps what was asked.
///
/// A row that no script answers fails the running test, naming the function and the row, and is
/// answered with kBug. Lifetime: must outlive the conversations that it drives.
class FakeMoodle : public Moodle {
 public:
  using Handler = std::function<Result<Json>(const Call&)>;

  /// The next unanswered call of `function` gets `answer`; several are given in order.
  FakeMoodle& on(std::string_view function, Result<Json> answer);
  /// Calls of `function` without a scripted answer are answered by `handler`.
  FakeMoodle& always(std::string_view function, Handler handler);
  FakeMoodle& trust_reads(bool trust) {
    reads_are_trustworthy_ = trust;
    return *this;
  }

  /// The token's service lacks `function`.
  FakeMoodle& without(std::string_view function) {
    lacking_.insert(std::string(function));
    return *this;
  }

  /// Runs `script` to its end. Fails the test when it waits for something else than this Moodle.
  template <class T>
  T drive(Co<T> script) {
    script.start();
    while (!script.done()) {
      if (!step()) give_up();
    }
    return script.take();
  }

  /// All calls so far, in order.
  [[nodiscard]] const std::vector<Call>& calls() const { return calls_; }
  /// The names of their functions.
  [[nodiscard]] std::vector<std::string> called() const;
  /// The row of the n-th call.
  [[nodiscard]] const Params& row(std::size_t n) const { return calls_.at(n).row; }
  /// Scripted answers that nobody asked for.
  [[nodiscard]] std::size_t unused_answers() const;

  [[nodiscard]] bool reads_are_trustworthy() const override { return reads_are_trustworthy_; }
  [[nodiscard]] bool offers(std::string_view function) const override {
    return !lacking_.contains(function);
  }

 protected:
  void submit(PendingCall& call) override { waiting_.push_back(&call); }
  void withdraw(PendingCall& call) noexcept override { std::erase(waiting_, &call); }

 private:
  /// Answers the oldest waiting row and resumes who waits for it; false when nobody waits.
  bool step();
  [[nodiscard]] Result<Json> answer_to(const Call& call);
  [[noreturn]] static void give_up();

  std::map<std::string, std::deque<Result<Json>>, std::less<>> scripted_;
  std::map<std::string, Handler, std::less<>> handlers_;
  std::deque<PendingCall*> waiting_;
  std::vector<Call> calls_;
  std::set<std::string, std::less<>> lacking_;
  bool reads_are_trustworthy_ = true;
};

/// Moodle refusing a row with one of its codes.
[[nodiscard]] Error refusal(std::string code, std::string message = "Moodle says no");
/// The request was sent and no answer came.
[[nodiscard]] Error lost_answer();

/// A row in one line, "id=5 name=x", for EXPECT_EQ.
[[nodiscard]] std::string written(const Params& row);

}  // namespace moodlesync::fakes
