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

bool is_withdrawn(const std::unique_ptr<Row>& row) { return row->call == nullptr; }

bool may_share(const Call& call, const Function* function, const Params& fixed) {
  if (call.function != function) return false;
  return function->shape == Function::Shape::kSingle || call.fixed == fixed;
}

/// Orders the rows as Moodle is to see them and notes their keys. Requires: no withdrawn rows.
void seal(Batch& batch) {
  std::ranges::sort(batch.rows, {}, [](const std::unique_ptr<Row>& row) {
    return std::pair(row->call->call().order, row->sequence);
  });
  batch.keys.clear();
  for (const auto& row : batch.rows) {
    if (!row->call->call().key.empty()) batch.keys.push_back(row->call->call().key);
  }
  std::ranges::sort(batch.keys);
  const auto doubles = std::ranges::unique(batch.keys);
  batch.keys.erase(doubles.begin(), doubles.end());
}

}  // namespace

void Batcher::add(std::unique_ptr<Row> row) {
  const Call& call = row->call->call();
  Lane& lane = lane_for(call);
  const auto [at, is_new] = lane.lines.try_emplace(call.key);
  Line& line = at->second;
  if (is_new) {
    line.key = call.key;
    lane.lines_by_age.emplace(row->sequence, &line);
  }
  line.rows.push_back(std::move(row));
}

std::optional<Batch> Batcher::next(const std::function<bool(const Function&)>& admits,
                                   const Sharing& sharing) {
  if (auto batch = next_put_back(admits)) return batch;
  for (;;) {
    const std::size_t index = oldest_lane(admits);
    if (index == lanes_.size()) return std::nullopt;
    Batch batch = fill(*lanes_[index], sharing);
    if (lanes_[index]->lines.empty())
      lanes_.erase(std::next(lanes_.begin(), static_cast<std::ptrdiff_t>(index)));
    if (batch.rows.empty()) continue;  // All of them had been withdrawn.
    seal(batch);
    hold(batch);
    return batch;
  }
}

void Batcher::release(const Batch& batch) {
  for (const std::string& key : batch.keys) held_.erase(key);
}

void Batcher::split(Batch batch) {
  release(batch);
  std::erase_if(batch.rows, is_withdrawn);
  const auto middle =
      std::next(batch.rows.begin(), static_cast<std::ptrdiff_t>((batch.rows.size() + 1) / 2));
  Batch second{batch.function,
               Rows(std::make_move_iterator(middle), std::make_move_iterator(batch.rows.end())),
               {}};
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
  const auto take = [&taken](auto& rows) {
    const auto stays = [](const std::unique_ptr<Row>& row) { return row->is_probe; };
    const auto first = std::stable_partition(rows.begin(), rows.end(), stays);
    std::move(first, rows.end(), std::back_inserter(taken));
    rows.erase(first, rows.end());
  };
  for (Batch& batch : put_back_) take(batch.rows);
  std::erase_if(put_back_, [](const Batch& batch) { return batch.rows.empty(); });
  for (const auto& lane : lanes_) {
    for (auto& [key, line] : lane->lines) take(line.rows);
    std::erase_if(lane->lines_by_age, [](const auto& entry) { return entry.second->rows.empty(); });
    std::erase_if(lane->lines, [](const auto& entry) { return entry.second.rows.empty(); });
  }
  std::erase_if(lanes_, [](const auto& lane) { return lane->lines.empty(); });
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

void Batcher::hold(const Batch& batch) { held_.insert(batch.keys.begin(), batch.keys.end()); }

bool Batcher::is_free(const Batch& batch) const {
  return std::ranges::none_of(batch.keys,
                              [&](const std::string& key) { return held_.contains(key); });
}

std::optional<Batch> Batcher::next_put_back(const std::function<bool(const Function&)>& admits) {
  reserved_.clear();
  for (auto at = put_back_.begin(); at != put_back_.end();) {
    std::erase_if(at->rows, is_withdrawn);
    if (at->rows.empty()) {
      at = put_back_.erase(at);
    } else if (is_free(*at) && admits(*at->function)) {
      Batch batch = std::move(*at);
      put_back_.erase(at);
      hold(batch);
      return batch;
    } else {
      reserved_.insert(at->keys.begin(), at->keys.end());
      ++at;
    }
  }
  return std::nullopt;
}

Batcher::Lane& Batcher::lane_for(const Call& call) {
  for (const auto& lane : lanes_) {
    if (may_share(call, lane->function, lane->fixed)) return *lane;
  }
  lanes_.push_back(std::make_unique<Lane>());
  lanes_.back()->function = call.function;
  lanes_.back()->fixed = call.fixed;
  return *lanes_.back();
}

std::size_t Batcher::oldest_lane(const std::function<bool(const Function&)>& admits) {
  std::size_t oldest = lanes_.size();
  std::uint64_t age = 0;
  for (std::size_t index = 0; index < lanes_.size(); ++index) {
    Lane& lane = *lanes_[index];
    const auto line = oldest_free_line(lane);
    if (line == lane.lines_by_age.end() || !admits(*lane.function)) continue;
    if (oldest == lanes_.size() || line->first < age) {
      oldest = index;
      age = line->first;
    }
  }
  return oldest;
}

Batcher::LineByAge Batcher::oldest_free_line(Lane& lane) {
  return std::ranges::find_if(lane.lines_by_age, [&](const auto& entry) {
    return !held_.contains(entry.second->key) && !reserved_.contains(entry.second->key);
  });
}

Batch Batcher::fill(Lane& lane, const Sharing& sharing) {
  Batch batch{lane.function, {}, {}};
  const std::size_t most = max_rows(*lane.function);
  Room room{most, scraps(*lane.function, most), budget(*lane.function, lane.fixed),
            enough_rows(lane, sharing, most)};
  for (bool has_room = true; has_room;) {
    const auto at = oldest_free_line(lane);
    if (at == lane.lines_by_age.end()) break;
    Line& line = *at->second;
    lane.lines_by_age.erase(at);
    has_room = take_rows(line, room, batch);
    if (line.rows.empty()) {
      lane.lines.erase(lane.lines.find(line.key));
    } else {
      lane.lines_by_age.emplace(line.rows.front()->sequence, &line);
    }
  }
  return batch;
}

bool Batcher::take_rows(Line& line, Room& room, Batch& batch) {
  const bool ends_with_scraps = batch.rows.size() + line.rows.size() <= room.rows + room.scraps;
  const std::size_t most = line.key.empty()   ? std::min(room.rows, room.enough)
                           : ends_with_scraps ? room.rows + room.scraps
                                              : room.rows;
  while (!line.rows.empty()) {
    if (is_withdrawn(line.rows.front())) {
      line.rows.pop_front();
      continue;
    }
    const std::size_t variables = line.rows.front()->call->call().row.size();
    const bool is_alone = line.rows.front()->is_alone;
    const bool is_first = batch.rows.empty();
    const bool is_full = batch.rows.size() >= most || variables > room.variables;
    if (!is_first && (is_full || is_alone)) return false;
    room.variables -= std::min(variables, room.variables);
    batch.rows.push_back(std::move(line.rows.front()));
    line.rows.pop_front();
    if (is_alone) return false;
  }
  return batch.rows.size() < std::min(room.rows, room.enough);
}

std::size_t Batcher::max_rows(const Function& function) {
  if (function.shape == Function::Shape::kSingle) return 1;
  const auto own = limits_.max_batch.find(function.name);
  if (own == limits_.max_batch.end()) return pace_.rows(function, kMostRows);
  return static_cast<std::size_t>(std::max(1, own->second));
}

/// Nothing beyond what somebody has set.
std::size_t Batcher::scraps(const Function& function, std::size_t most) const {
  if (limits_.max_batch.contains(function.name)) return 0;
  return std::min(BatchPace::scraps(most), kMostRows - most);
}

std::size_t Batcher::Lane::waiting() const {
  std::size_t rows = 0;
  for (const auto& [key, line] : lines) rows += line.rows.size();
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
  const auto share =
      static_cast<std::size_t>(std::ceil(still_to_do / static_cast<double>(sharing.connections)));
  // What would be left for a call that is not worth its price goes along.
  if (own <= most && own < share + worthwhile) return own;
  return std::max(worthwhile, share);
}

std::size_t Batcher::budget(const Function& function, const Params& fixed) const {
  const std::size_t taken = protocol_variables(function) + fixed.size();
  return limits_.variables - std::min(taken, limits_.variables);
}

}  // namespace moodlesync::moodle
