#pragma once

#include <chrono>
#include <map>
#include <string>

namespace moodlesync::postgres {

/// What one session has parsed and planned, by the statements' texts.
///
/// A plan is of the tables as they were: that of empty ones is kept until PostgreSQL has counted
/// their rows. So all are given up after a second.
/// Threads: confined to one.
class PreparedStatements {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;

  /// nullptr: it is yet to be prepared.
  [[nodiscard]] const std::string* find(const std::string& sql) const;
  /// The name under which to prepare `sql`.
  const std::string& add(const std::string& sql, TimePoint now);
  /// Whether they are to be given up, with DEALLOCATE ALL: the first was prepared long ago, or it
  /// is not certain which of them the session has.
  [[nodiscard]] bool are_old(TimePoint now) const;
  void doubt() { doubtful_ = true; }
  /// They are given up, or the session has ended.
  void forget();

 private:
  std::map<std::string, std::string> names_;
  TimePoint since_;  ///< Of the first.
  int count_ = 0;    ///< Of all names that were ever given.
  bool doubtful_ = false;
};

}  // namespace moodlesync::postgres
