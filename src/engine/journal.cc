#include "engine/journal.h"

#include <algorithm>
#include <vector>

namespace moodlesync::engine {

namespace {

bool is_passing(ErrorKind kind) {
  return kind == ErrorKind::kUnavailable || kind == ErrorKind::kInDoubt ||
         kind == ErrorKind::kTransient;
}

Status answer_for(const TaskKey& key, const std::vector<TaskKey>& lost) {
  if (std::ranges::find(lost, key) == lost.end()) return ok();
  return Error{ErrorKind::kTransient, "lease_lost",
               "another instance has taken over " + to_string(key)};
}

}  // namespace

Co<Status> Journal::store(Task task, Link link) {
  task.link = std::move(link);
  Entry entry(*this, std::move(task));
  Status stored = co_await entry;
  co_return stored;
}

Status Journal::flush(Queue& queue) {
  if (waiting_.empty()) return ok();
  std::vector<Task> tasks;
  tasks.reserve(waiting_.size());
  for (Entry* entry : waiting_) tasks.push_back(entry->take());
  const auto lost = queue.store_ahead(tasks);
  if (!lost && is_passing(lost.error().kind)) {
    auto task = tasks.begin();
    for (Entry* entry : waiting_) entry->give_back(std::move(*task++));
    return lost.error();
  }
  // Conversations that go on may wait here again, behind those that are answered now.
  for (std::size_t left = tasks.size(); left > 0; --left) {
    Entry* const entry = waiting_.front();
    waiting_.pop_front();
    entry->answer(lost ? answer_for(entry->key(), *lost) : Status(lost.error()));
  }
  return lost ? ok() : Status(lost.error());
}

}  // namespace moodlesync::engine
