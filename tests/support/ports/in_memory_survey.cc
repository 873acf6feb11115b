#include "support/ports/in_memory_survey.h"

#include <algorithm>
#include <utility>

namespace moodlesync::fakes {

namespace {

bool fits(const Selection& selection, const TaskKey& key) {
  return (selection.component.empty() || selection.component == key.component) &&
         (!selection.entity || *selection.entity == key.entity);
}

}  // namespace

std::vector<TaskKey> InMemorySurvey::chosen(const Selection& selection) const {
  std::vector<TaskKey> keys;
  for (const TaskKey& key : entities_) {
    if (fits(selection, key)) keys.push_back(key);
  }
  for (const auto& [key, link] : queue_.all_links()) {
    const bool is_new = std::ranges::find(keys, key) == keys.end();
    if (is_new && fits(selection, key)) keys.push_back(key);
  }
  return keys;
}

Task InMemorySurvey::task_of(const TaskKey& key) const {
  Task task;
  task.key = key;
  const auto link = queue_.all_links().find(key);
  if (link != queue_.all_links().end()) task.link = link->second;
  return task;
}

Result<std::int64_t> InMemorySurvey::count(const Selection& selection) {
  return static_cast<std::int64_t>(chosen(selection).size());
}

Result<SurveyPage> InMemorySurvey::entities(const Selection& selection, const Bookmark& from,
                                            int limit) {
  const std::vector<TaskKey> keys = chosen(selection);
  SurveyPage page;
  page.next = from;
  for (; page.next.after < static_cast<std::int64_t>(keys.size()) &&
         std::cmp_less(page.tasks.size(), limit);
       ++page.next.after) {
    page.tasks.push_back(task_of(keys[static_cast<std::size_t>(page.next.after)]));
  }
  page.next.finished = std::cmp_greater_equal(page.next.after, keys.size());
  return page;
}

Result<OwedPage> InMemorySurvey::owed(const Selection& selection, const Bookmark& /*from*/,
                                      int /*limit*/) {
  OwedPage page;
  page.next.finished = true;
  for (const auto& [key, row] : queue_.rows()) {
    if (!fits(selection, key)) continue;
    if (row.state == "parked") {
      page.parked.push_back({key, row.code, row.message});
    } else {
      page.tasks.push_back(task_of(key));
    }
  }
  return page;
}

Result<ResyncProgress> InMemorySurvey::open(const ResyncWish& /*wish*/, bool anew) {
  if (anew) stopped_.reset();
  return stopped_.value_or(ResyncProgress{});
}

Result<ResyncProgress> InMemorySurvey::queue(const ResyncWish& wish, const ResyncProgress& progress,
                                             int limit) {
  if (const auto failure = failures_.find(++calls_); failure != failures_.end()) {
    return failure->second;
  }
  auto page = entities(wish.selection, progress.place, limit);
  if (!page) return std::move(page).error();
  ResyncProgress next = progress;
  for (const Task& task : page->tasks) queue_.add_task(task.key);
  next.looked_at += static_cast<std::int64_t>(page->tasks.size());
  next.queued += static_cast<std::int64_t>(page->tasks.size());
  next.place = page->next;
  resent_ |= wish.resend;
  return next;
}

Result<std::size_t> InMemorySurvey::correct(std::span<const Correction> corrections) {
  corrections_.insert(corrections_.end(), corrections.begin(), corrections.end());
  for (const Correction& one : corrections) {
    queue_.set_link(one.key, one.after);
    queue_.add_task(one.key);
  }
  return corrections.size();
}

}  // namespace moodlesync::fakes
