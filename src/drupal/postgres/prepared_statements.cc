#include "drupal/postgres/prepared_statements.h"

namespace moodlesync::postgres {

namespace {

/// Short, so that what a plan was chosen by cannot have changed much. While there is much to do
/// each is used some ten times in it.
constexpr std::chrono::seconds kPlanLasts{1};

}  // namespace

const std::string* PreparedStatements::find(const std::string& sql) const {
  const auto found = names_.find(sql);
  return found == names_.end() ? nullptr : &found->second;
}

const std::string& PreparedStatements::add(const std::string& sql, TimePoint now) {
  if (names_.empty()) since_ = now;
  return names_.insert_or_assign(sql, "q" + std::to_string(++count_)).first->second;
}

bool PreparedStatements::are_old(TimePoint now) const {
  return doubtful_ || (!names_.empty() && now - since_ > kPlanLasts);
}

void PreparedStatements::forget() {
  names_.clear();
  doubtful_ = false;
}

}  // namespace moodlesync::postgres
