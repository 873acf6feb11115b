#include "moodle/batcher.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <utility>

#include "moodle/form.h"

namespace moodlesync::moodle {

namespace {

/// However cheap a row seems: what a call holds is in doubt all at once when its answer is lost.
constexpr std::size_t kMostRows = 500;

void keep_each_once(std::vector<std::string>& names) {
  std::erase(names, "");
  std::ranges::sort(names);
  const auto doubles = std::ranges::unique(names);
  names.erase(doubles.begin(), doubles.end());
}

/// Orders the rows as Moodle is to see them and notes their keys and groups. Requires: no withdrawn
/// rows.
void seal(Batch& batch) {
  std::ranges::sort(batch.rows, {}, [](const std::unique_ptr<Row>& row) {
    return std::pair(row->call->call().order, row->sequence);
  });
  batch.keys.clear();
  batch.groups.clear();
  for (const auto& row : batch.rows) {
    batch.keys.push_back(row->call->call().key);
    batch.groups.push_back(row->call->call().group);
  }
  keep_each_once(batch.keys);
  keep_each_once(batch.groups);
}

}  // namespace

void Batcher::add(std::unique_ptr<Row> row) {
  Lane& lane = lane_for(row->call->call());
  lane.add(std::move(row));
}

std::optional<Batch> Batcher::next(const std::function<bool(const Function&)>& admits,
                                   const Sharing& sharing) {
  if (auto batch = next_put_back(admits)) return batch;
  for (;;) {
    const std::size_t index = oldest_lane(admits);
    if (index == lanes_.size()) return std::nullopt;
    Lane& lane = *lanes_[index];
    Batch batch{&lane.function(), lane.take(room_in(lane, sharing), locks_)};
    if (lane.is_empty())
      lanes_.erase(std::next(lanes_.begin(), static_cast<std::ptrdiff_t>(index)));
    if (batch.rows.empty()) continue;  // All of them had been withdrawn.
    seal(batch);
    locks_.hold(batch);
    return batch;
  }
}

void Batcher::split(Batch batch) {
  release(batch);
  std::erase_if(batch.rows, is_withdrawn);
  const auto middle =
      std::next(batch.rows.begin(), static_cast<std::ptrdiff_t>((batch.rows.size() + 1) / 2));
  Batch second{batch.function,
               Rows(std::make_move_iterator(middle), std::make_move_iterator(batch.rows.end()))};
  batch.rows.erase(middle, batch.rows.end());
  put_back(std::move(second));
  put_back(std::move(batch));
}

void Batcher::again(Batch batch) {
  release(batch);
  std::erase_if(batch.rows, is_withdrawn);
  put_back(std::move(batch));
}

Rows Batcher::take_waiting() {
  Rows taken;
  for (Batch& batch : put_back_) take_all_but_probes(batch.rows, taken);
  std::erase_if(put_back_, [](const Batch& batch) { return batch.rows.empty(); });
  for (const auto& lane : lanes_) lane->take_all(taken);
  std::erase_if(lanes_, [](const auto& lane) { return lane->is_empty(); });
  return taken;
}

bool Batcher::fits(const Call& call) const {
  return call.row.size() <= budget(*call.function, call.fixed);
}

void Batcher::put_back(Batch batch) {
  if (batch.rows.empty()) return;
  seal(batch);
  put_back_.push_front(std::move(batch));
}

std::optional<Batch> Batcher::next_put_back(const std::function<bool(const Function&)>& admits) {
  locks_.forget_reserved();
  for (auto at = put_back_.begin(); at != put_back_.end();) {
    std::erase_if(at->rows, is_withdrawn);
    if (at->rows.empty()) {
      at = put_back_.erase(at);
    } else if (locks_.is_free(*at) && admits(*at->function)) {
      Batch batch = std::move(*at);
      put_back_.erase(at);
      locks_.hold(batch);
      return batch;
    } else {
      locks_.reserve(*at);
      ++at;
    }
  }
  return std::nullopt;
}

Lane& Batcher::lane_for(const Call& call) {
  for (const auto& lane : lanes_) {
    if (lane->takes(call)) return *lane;
  }
  lanes_.push_back(std::make_unique<Lane>(call));
  return *lanes_.back();
}

std::size_t Batcher::oldest_lane(const std::function<bool(const Function&)>& admits) {
  std::size_t oldest = lanes_.size();
  std::uint64_t age = 0;
  for (std::size_t index = 0; index < lanes_.size(); ++index) {
    const Lane& lane = *lanes_[index];
    const auto waiting_since = lane.oldest_free(locks_);
    if (!waiting_since || !admits(lane.function())) continue;
    if (oldest == lanes_.size() || *waiting_since < age) {
      oldest = index;
      age = *waiting_since;
    }
  }
  return oldest;
}

Room Batcher::room_in(const Lane& lane, const Sharing& sharing) {
  const std::size_t variables = budget(lane.function(), lane.fixed());
  const std::size_t fitting =
      lane.variables() == 0 ? kMostRows : variables * lane.waiting() / lane.variables();
  const std::size_t most = max_rows(lane.function(), std::max<std::size_t>(1, fitting));
  return {most, scraps(lane.function(), most), variables, enough_rows(lane, sharing, most)};
}

std::size_t Batcher::max_rows(const Function& function, std::size_t fitting) {
  if (function.shape == Function::Shape::kSingle) return 1;
  const auto own = limits_.max_batch.find(function.name);
  if (own == limits_.max_batch.end()) return pace_.rows(function, std::min(fitting, kMostRows));
  return std::min(static_cast<std::size_t>(std::max(1, own->second)), fitting);
}

/// Nothing beyond what somebody has set.
std::size_t Batcher::scraps(const Function& function, std::size_t most) const {
  if (limits_.max_batch.contains(function.name)) return 0;
  return std::min(BatchPace::scraps(most), kMostRows - most);
}

std::size_t Batcher::waiting(const Function& function) const {
  std::size_t rows = 0;
  for (const auto& lane : lanes_) {
    if (&lane->function() == &function) rows += lane->waiting();
  }
  return rows;
}

double Batcher::left_of(const Batch& batch, std::chrono::microseconds elapsed) const {
  const auto rows = static_cast<double>(batch.rows.size());
  const auto row_took = pace_.row_took(*batch.function);
  if (!row_took || row_took->count() <= 0) return rows;
  const auto done = static_cast<double>(elapsed.count()) / static_cast<double>(row_took->count());
  return std::max(0.0, rows - done);
}

std::size_t Batcher::enough_rows(const Lane& lane, const Sharing& sharing, std::size_t most) const {
  const std::size_t worthwhile = BatchPace::scraps(most) + 1;
  const std::size_t own = lane.waiting();
  if (own < 2 * worthwhile) return own;
  std::size_t all = 0;
  for (const auto& one : lanes_) all += one->waiting();
  const double still_to_do = static_cast<double>(all) + sharing.under_way;
  auto share =
      static_cast<std::size_t>(std::ceil(still_to_do / static_cast<double>(sharing.connections)));
  // Two of equal size instead of a full one and a rest.
  if (share > most && share <= 2 * most) share = (share + 1) / 2;
  // What would be left for a call that is not worth its price goes along.
  if (own <= most && own < share + worthwhile) return own;
  return std::max(worthwhile, share);
}

std::size_t Batcher::budget(const Function& function, const Params& fixed) const {
  const std::size_t taken = protocol_variables(function) + fixed.size();
  return limits_.variables - std::min(taken, limits_.variables);
}

}  // namespace moodlesync::moodle
