#include "support/moodle_sim/call_log.h"

#include <utility>

namespace moodlesync::sim {

std::string Call::variable(const std::string& name) const {
  for (FormVariable& variable : variables()) {
    if (variable.name == name) return std::move(variable.value);
  }
  return {};
}

std::size_t CallLog::add(Call call) {
  std::function<void(const Call&)> observer;
  {
    const std::lock_guard lock(mutex_);
    observer = observer_;
  }
  if (observer) observer(call);
  const std::lock_guard lock(mutex_);
  for (const std::string& name : {call.function, std::string()}) {
    Sum& sum = sums_[name];
    ++sum.calls;
    sum.rows += call.rows;
    if (name.empty()) break;  // A call without a function counts once.
  }
  calls_.push_back(std::move(call));
  const std::size_t number = first_ + calls_.size() - 1;
  if (calls_.size() > kept_) {
    calls_.pop_front();
    ++first_;
  }
  return number;
}

void CallLog::mark_done(std::size_t number) {
  const std::lock_guard lock(mutex_);
  if (number >= first_ && number - first_ < calls_.size()) calls_[number - first_].done = true;
}

void CallLog::clear() {
  const std::lock_guard lock(mutex_);
  first_ += calls_.size();
  calls_.clear();
  sums_.clear();
}

void CallLog::observe(std::function<void(const Call&)> observer) {
  const std::lock_guard lock(mutex_);
  observer_ = std::move(observer);
}

std::vector<Call> CallLog::calls(const std::string& function) const {
  const std::lock_guard lock(mutex_);
  std::vector<Call> found;
  for (const Call& call : calls_) {
    if (function.empty() || call.function == function) found.push_back(call);
  }
  return found;
}

int CallLog::count(const std::string& function) const {
  const std::lock_guard lock(mutex_);
  const auto at = sums_.find(function);
  return at == sums_.end() ? 0 : at->second.calls;
}

std::size_t CallLog::rows(const std::string& function) const {
  const std::lock_guard lock(mutex_);
  const auto at = sums_.find(function);
  return at == sums_.end() ? 0 : at->second.rows;
}

}  // namespace moodlesync::sim
