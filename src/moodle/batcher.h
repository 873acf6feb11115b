#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "moodle/batch.h"
#include "moodle/batch_pace.h"
#include "moodle/key_locks.h"
#include "moodle/lane.h"
#include "moodlesync/moodle.h"

namespace moodlesync::moodle {

/// Among whom what waits is shared.
struct Sharing {
  std::size_t connections = 1;  ///< That can take part, busy ones too; at least one.
  double under_way = 0;         ///< Rows in calls on the wire that are not done yet.
};

/// How much fits into one call.
struct BatchLimits {
  std::size_t variables = 1000;  ///< Form variables that are known to get through.
  /// Rows per call, by function name, instead of what BatchPace learns.
  std::map<std::string, int, std::less<>> max_batch = {};
};

/// Holds the rows that wait and puts together the next call.
///
/// Whoever waits longest goes first, together with as many rows of the same function and the same
/// fixed parameters as the limits allow; rows of one key stay together, so that a call holds few
/// keys, and its last few go along, since they would have to wait for that call and be one of their
/// own. Rows of one group follow each other. Keys are held and groups shared from next() until
/// release(), split() or again(): meanwhile the other rows of a key wait and delay nobody else.
/// Towards the end of what waits the calls get smaller, so that all connections end together; but
/// none gets so small that it is not worth its price.
///
/// Threads: the event loop's only.
class Batcher {
 public:
  explicit Batcher(BatchLimits limits) : limits_(std::move(limits)) {}

  void add(std::unique_ptr<Row> row);

  /// The next call whose function `admits` lets through, or nothing. Rows are sorted by
  /// Call::order.
  [[nodiscard]] std::optional<Batch> next(const std::function<bool(const Function&)>& admits,
                                          const Sharing& sharing);

  /// Rows of `function` that wait; withdrawn ones too.
  [[nodiscard]] std::size_t waiting(const Function& function) const;

  /// Rows of a call that are not done yet when it has been on the wire for `elapsed`, going by how
  /// long rows took lately.
  [[nodiscard]] double left_of(const Batch& batch, std::chrono::microseconds elapsed) const;

  /// What to go by in future calls: `batch` was answered after `took`, as one of `in_flight`
  /// requests that were out together.
  void learn(const Batch& batch, std::chrono::microseconds took, std::size_t in_flight) {
    pace_.note(*batch.function, {batch.rows.size(), took, in_flight});
  }

  /// Gives the keys of an answered call back.
  void release(const Batch& batch) { locks_.release(batch); }

  /// Puts a refused call back in two halves, which go before all others.
  void split(Batch batch);

  /// Puts rows back that are to be sent once more, as one call, before all others.
  void again(Batch batch);

  /// Takes out everything that waits, but for the preflight's rows.
  [[nodiscard]] Rows take_waiting();

  void set_variables(std::size_t variables) { limits_.variables = variables; }
  [[nodiscard]] std::size_t variables() const { return limits_.variables; }

  /// Whether `call` alone is within the number of variables.
  [[nodiscard]] bool fits(const Call& call) const;

 private:
  [[nodiscard]] Lane& lane_for(const Call& call);
  [[nodiscard]] std::optional<Batch> next_put_back(
      const std::function<bool(const Function&)>& admits);
  [[nodiscard]] std::size_t oldest_lane(const std::function<bool(const Function&)>& admits);
  [[nodiscard]] Room room_in(const Lane& lane, const Sharing& sharing);
  /// `fitting`: rows that are within the number of variables.
  [[nodiscard]] std::size_t max_rows(const Function& function, std::size_t fitting);
  [[nodiscard]] std::size_t scraps(const Function& function, std::size_t most) const;
  /// Rows after which a call of `lane` leaves the rest to the other connections.
  [[nodiscard]] std::size_t enough_rows(const Lane& lane, const Sharing& sharing,
                                        std::size_t most) const;
  [[nodiscard]] std::size_t budget(const Function& function, const Params& fixed) const;
  void put_back(Batch batch);

  BatchLimits limits_;
  BatchPace pace_;
  std::vector<std::unique_ptr<Lane>> lanes_;
  std::deque<Batch> put_back_;
  KeyLocks locks_;
};

}  // namespace moodlesync::moodle
