#include "support/fakes/fake_moodle.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <iostream>

namespace moodlesync::fakes {

FakeMoodle& FakeMoodle::on(std::string_view function, Result<Json> answer) {
  scripted_[std::string(function)].push_back(std::move(answer));
  return *this;
}

FakeMoodle& FakeMoodle::always(std::string_view function, Handler handler) {
  handlers_.insert_or_assign(std::string(function), std::move(handler));
  return *this;
}

std::vector<std::string> FakeMoodle::called() const {
  std::vector<std::string> names;
  for (const Call& call : calls_) names.emplace_back(call.function->name);
  return names;
}

std::size_t FakeMoodle::unused_answers() const {
  std::size_t count = 0;
  for (const auto& [function, answers] : scripted_) count += answers.size();
  return count;
}

bool FakeMoodle::step() {
  if (waiting_.empty()) return false;
  PendingCall* const next = waiting_.front();
  waiting_.pop_front();
  calls_.push_back(next->call());
  next->answer(answer_to(next->call())).resume();
  return true;
}

Result<Json> FakeMoodle::answer_to(const Call& call) {
  const std::string_view name = call.function->name;
  if (const auto found = scripted_.find(name); found != scripted_.end() && !found->second.empty()) {
    Result<Json> answer = std::move(found->second.front());
    found->second.pop_front();
    return answer;
  }
  if (const auto found = handlers_.find(name); found != handlers_.end()) return found->second(call);
  const std::string what = "nobody expected " + std::string(name) + " with " + written(call.row);
  ADD_FAILURE() << what;
  return Error{ErrorKind::kBug, "unexpected_call", what};
}

void FakeMoodle::give_up() {
  std::cerr << "the conversation waits for something that is not Moodle\n";
  std::abort();
}

Error refusal(std::string code, std::string message) {
  return {ErrorKind::kRejected, std::move(code), std::move(message)};
}

Error lost_answer() { return {ErrorKind::kInDoubt, "timeout", "no answer came"}; }

std::string written(const Params& row) {
  std::string text;
  for (const auto& [name, value] : row.items()) {
    text.append(text.empty() ? "" : " ").append(name).append("=").append(value);
  }
  return text;
}

}  // namespace moodlesync::fakes
