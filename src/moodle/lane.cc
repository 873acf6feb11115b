#include "moodle/lane.h"

#include <algorithm>
#include <iterator>

namespace moodlesync::moodle {

bool Lane::takes(const Call& call) const {
  if (call.function != function_) return false;
  return function_->shape == Function::Shape::kSingle || call.fixed == fixed_;
}

void Lane::add(std::unique_ptr<Row> row) {
  const auto [at, is_new] = lines_.try_emplace(row->call->call().key);
  Line& line = at->second;
  ++waiting_;
  variables_ += row->variables;
  line.rows.push_back(std::move(row));
  if (!is_new) return;
  line.key = at->first;
  put_in_places(line);
}

/// A line that only holds withdrawn rows is free: so they are got rid of.
bool Lane::is_free(const Line& line, const KeyLocks& locks) {
  return locks.is_key_free(line.key) && std::ranges::any_of(line.rows, [&](const auto& row) {
           return is_withdrawn(row) || locks.is_group_free(row->call->call().group);
         });
}

void Lane::put_in_places(Line& line) {
  const Row& first = *line.rows.front();
  line.sequence = first.sequence;
  if (first.call != nullptr) line.group = first.call->call().group;
  by_age_.emplace(line.sequence, &line);
  by_group_.emplace(std::pair(line.group, line.sequence), &line);
}

std::optional<std::uint64_t> Lane::oldest_free(const KeyLocks& locks) const {
  const auto at = std::ranges::find_if(
      by_age_, [&](const auto& entry) { return is_free(*entry.second, locks); });
  if (at == by_age_.end()) return std::nullopt;
  return at->first;
}

Rows Lane::take(Room room, const KeyLocks& locks) {
  Rows taken;
  Walk walk{by_age_.begin(), by_group_.end()};
  for (bool has_room = true; has_room;) {
    Line* const line = next_line(walk, locks);
    if (line == nullptr) break;
    has_room = take_rows(*line, locks, room, taken);
    if (line->rows.empty()) {
      lines_.erase(lines_.find(line->key));
    } else {
      put_in_places(*line);
    }
  }
  return taken;
}

Lane::Line* Lane::next_line(Walk& walk, const KeyLocks& locks) {
  const auto is_free_one = [&](const auto& entry) { return is_free(*entry.second, locks); };
  const auto goes_on = [&] {
    return walk.of_group != by_group_.end() && walk.of_group->first.first == walk.group;
  };
  while (goes_on() && !is_free_one(*walk.of_group)) ++walk.of_group;
  if (!goes_on()) {
    walk.oldest = std::find_if(walk.oldest, by_age_.end(), is_free_one);
    if (walk.oldest == by_age_.end()) return nullptr;
    const Line& line = *walk.oldest->second;
    walk.of_group = by_group_.find(std::pair(line.group, line.sequence));
    walk.group = line.group;
  }
  Line* const line = walk.of_group->second;
  walk.of_group = by_group_.erase(walk.of_group);
  const auto by_age = by_age_.find(line->sequence);
  if (by_age == walk.oldest) ++walk.oldest;
  by_age_.erase(by_age);
  return line;
}

bool Lane::take_rows(Line& line, const KeyLocks& locks, Room& room, Rows& to) {
  const bool ends_with_scraps = to.size() + line.rows.size() <= room.rows + room.scraps;
  const std::size_t most = line.key.empty()   ? std::min(room.rows, room.enough)
                           : ends_with_scraps ? room.rows + room.scraps
                                              : room.rows;
  for (auto at = line.rows.begin(); at != line.rows.end();) {
    const bool is_here = !is_withdrawn(*at);
    if (is_here && !locks.is_group_free((*at)->call->call().group)) {
      ++at;
      continue;
    }
    const bool is_alone = is_here && (*at)->is_alone;
    const std::size_t variables = (*at)->variables;
    if (is_here) {
      const bool is_full = to.size() >= most || variables > room.variables;
      if (!to.empty() && (is_full || is_alone)) return false;
      room.variables -= std::min(variables, room.variables);
      to.push_back(std::move(*at));
    }
    at = line.rows.erase(at);
    --waiting_;
    variables_ -= variables;
    if (is_alone) return false;
  }
  return to.size() < std::min(room.rows, room.enough);
}

void Lane::take_all(Rows& to) {
  const std::size_t before = to.size();
  for (auto& [key, line] : lines_) take_all_but_probes(line.rows, to);
  waiting_ -= to.size() - before;
  for (std::size_t i = before; i < to.size(); ++i) variables_ -= to[i]->variables;
  const auto is_empty = [](const auto& entry) { return entry.second->rows.empty(); };
  std::erase_if(by_age_, is_empty);
  std::erase_if(by_group_, is_empty);
  std::erase_if(lines_, [](const auto& entry) { return entry.second.rows.empty(); });
}

}  // namespace moodlesync::moodle
