#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <unordered_map>

#include "moodlesync/moodle.h"

namespace moodlesync::moodle {

/// Tells a Moodle that is away from a row that nobody can get through: one that a firewall refuses
/// for a word in it, or at which PHP dies. Both look the same from here.
///
/// A row whose call came back like that is a suspect and travels alone from then on. When it alone
/// has failed again and again, with other calls answered in between, it is convicted: Moodle is not
/// away, this row does not pass.
///
/// Forgets after a restart; then it is found out anew. Threads: the event loop's only.
class Suspects {
 public:
  [[nodiscard]] bool has(const Call& call) const;
  [[nodiscard]] bool empty() const { return suspects_.empty(); }

  /// A call with this row failed in a way that one of its rows may have caused. True: convicted.
  bool blame(const Call& call, bool was_alone);
  /// Moodle has answered the row, whatever it said.
  void clear(const Call& call);
  /// Moodle has answered something: what fails from now on fails anew.
  void note_answer() { ++answers_; }

 private:
  struct Suspect {
    int strikes = 0;
    std::uint64_t answers_before = 0;  ///< Answers of Moodle's before the last strike.
  };
  std::unordered_map<std::string, Suspect> suspects_;
  std::uint64_t answers_ = 0;
};

}  // namespace moodlesync::moodle
