#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>

#include "moodle/batch.h"
#include "moodle/key_locks.h"

namespace moodlesync::moodle {

/// What a call may hold: rows in all, `scraps` more if they are the last of their key, form
/// variables from here on. After `enough` rows no further key is begun.
struct Room {
  std::size_t rows;
  std::size_t scraps;
  std::size_t variables;
  std::size_t enough;
};

/// Rows that wait and may share a call: of one function, with the same fixed parameters.
///
/// Rows of one key make up a line. Whose first row waits longest goes first, and then all of its
/// group, so that a call holds few keys and few groups.
///
/// Threads: the event loop's only.
class Lane {
 public:
  explicit Lane(const Call& call) : function_(call.function), fixed_(call.fixed) {}

  [[nodiscard]] const Function& function() const { return *function_; }
  [[nodiscard]] const Params& fixed() const { return fixed_; }
  [[nodiscard]] bool takes(const Call& call) const;

  /// Requires: takes() its call.
  void add(std::unique_ptr<Row> row);

  /// Sequence of the first row of the oldest line that `locks` let go.
  [[nodiscard]] std::optional<std::uint64_t> oldest_free(const KeyLocks& locks) const;

  /// Takes out what goes into the next call; rows that have been withdrawn are thrown away.
  [[nodiscard]] Rows take(Room room, const KeyLocks& locks);

  /// Takes out everything but the preflight's rows.
  void take_all(Rows& to);

  [[nodiscard]] bool is_empty() const { return lines_.empty(); }
  [[nodiscard]] std::size_t waiting() const { return waiting_; }  ///< Withdrawn rows too.
  /// Form variables of all that wait.
  [[nodiscard]] std::size_t variables() const { return variables_; }

 private:
  /// Rows of one key, oldest first.
  struct Line {
    std::string key;
    std::deque<std::unique_ptr<Row>> rows;
    std::string group;           ///< Of the first row, when the line was put in its places.
    std::uint64_t sequence = 0;  ///< Likewise.
  };
  using ByAge = std::map<std::uint64_t, Line*>;  ///< By Line::sequence.
  using ByGroup = std::map<std::pair<std::string, std::uint64_t>, Line*>;

  /// The order in which lines go into a call. What is locked stays locked meanwhile, so that
  /// nobody is asked twice.
  struct Walk {
    ByAge::iterator oldest;
    ByGroup::iterator of_group;
    std::optional<std::string> group = std::nullopt;  ///< That of_group is still in.
  };

  [[nodiscard]] static bool is_free(const Line& line, const KeyLocks& locks);
  void put_in_places(Line& line);
  /// The next free line, out of its places, or null.
  [[nodiscard]] Line* next_line(Walk& walk, const KeyLocks& locks);
  /// Moves rows to `to` until the line has no free ones or the call takes no more; true: there is
  /// room left.
  [[nodiscard]] bool take_rows(Line& line, const KeyLocks& locks, Room& room, Rows& to);

  const Function* function_;
  Params fixed_;
  std::unordered_map<std::string, Line> lines_;  ///< By key; none of them is empty.
  ByAge by_age_;
  ByGroup by_group_;
  std::size_t waiting_ = 0;
  std::size_t variables_ = 0;
};

}  // namespace moodlesync::moodle
