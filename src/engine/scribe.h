#pragma once

#include <coroutine>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "moodlesync/link.h"
#include "moodlesync/moodle.h"

namespace moodlesync::engine {

/// The ids that stand for what a plan would make in Moodle: below zero, where Moodle has none.
class PlannedIds {
 public:
  [[nodiscard]] MoodleId next() { return {-++count_}; }
  /// Whether `text` is one of them.
  [[nodiscard]] bool contains(std::string_view text) const;

 private:
  std::int64_t count_ = 0;
};

/// A Moodle that is asked and never told: reads go through, writes are noted and answered as Moodle
/// would if all went well.
///
/// What the plan itself has made, Moodle does not know: about that the answer is
/// Function::of_planned.
///
/// Lifetime: borrows all; outlives the conversation. Threads: the event loop's only.
class Scribe : public Moodle {
 public:
  struct Ports {
    Moodle& moodle;
    PlannedIds& ids;
    std::vector<std::coroutine_handle<>>& ready;  ///< Gets those whose answers have come.
  };
  /// `link`: the conversation's.
  Scribe(Ports ports, const Link& link) : ports_(ports), link_(link) {}

  [[nodiscard]] bool reads_are_trustworthy() const override {
    return ports_.moodle.reads_are_trustworthy();
  }
  [[nodiscard]] bool offers(std::string_view function) const override {
    return ports_.moodle.offers(function);
  }

  struct Note {
    std::string function;
    std::string removal;  ///< Call::removal
  };
  [[nodiscard]] const std::vector<Note>& notes() const { return notes_; }
  /// The link as it was before the first write: what is known of Moodle now. Empty: nothing would
  /// be written.
  [[nodiscard]] const std::optional<Link>& held() const { return held_; }

 protected:
  void submit(PendingCall& call) override;
  void withdraw(PendingCall& call) noexcept override { withdraw_from(ports_.moodle, call); }

 private:
  [[nodiscard]] bool is_about_planned(const Call& call) const;
  [[nodiscard]] Json answer_to(const Call& call);

  Ports ports_;
  const Link& link_;
  std::vector<Note> notes_;
  std::optional<Link> held_;
};

}  // namespace moodlesync::engine
