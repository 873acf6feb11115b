#include "components/enrollments/tally.h"

#include <string_view>
#include <utility>

#include "base/first_few.h"

namespace moodlesync::enrollments {

namespace {

/// The first decides. kRejected is no part of it: it gives way even to waiting.
int urgency(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::kUnavailable:
      return 5;
    case ErrorKind::kConfig:
      return 4;
    case ErrorKind::kInDoubt:
      return 3;
    case ErrorKind::kTransient:
      return 2;
    case ErrorKind::kBug:
      return 1;
    case ErrorKind::kRejected:
      break;
  }
  return 0;
}

/// What is to be done in Moodle's menus. Codes: Moodle 4.1 to 5.1, enrol/manual/externallib.php.
std::string_view advice(std::string_view code) {
  if (code == "wsnoinstance") {
    return "the course has no enabled manual enrolment: add or enable it under Course > "
           "Participants > Enrolment methods (for new courses: Site administration > Plugins > "
           "Enrolments > Manual enrolments)";
  }
  if (code == "wsusercannotassign") {
    return "the token's user may not assign this role: allow it under Site administration > Users "
           "> Permissions > Define roles > Allow role assignments, and see that the role exists "
           "and may be assigned in courses";
  }
  if (code == "user_gone") return "the account does not exist in Moodle any more";
  if (code == "usernotconfirmed") {
    return "the account is not confirmed in Moodle: confirm it under Site administration > Users > "
           "Browse list of users";
  }
  if (code == "guestsarenotallowed") return "Moodle's guest account cannot be enrolled";
  if (code == "cannot_unassign") {
    return "Moodle does not let the token's user take a role away: allow it under Site "
           "administration > Users > Permissions > Define roles > Allow role assignments, and see "
           "that the course still exists";
  }
  return {};
}

std::string listed(const std::vector<Person>& persons) {
  constexpr std::size_t kMost = 10;
  std::vector<std::string> names;
  names.reserve(persons.size());
  for (const Person& person : persons) {
    std::string& name = names.emplace_back("user:" + std::to_string(person.user));
    if (person.moodle_id.value != 0) name += " (" + to_string(person.moodle_id) + ")";
  }
  return base::first_few(names, kMost);
}

}  // namespace

void Tally::fail(const Person& person, Error error, bool unknown_course) {
  if (error.kind != ErrorKind::kRejected) return fail(std::move(error));
  ++failures_;
  if (unknown_course) ++unknown_course_;
  Refusals& refusals = refusals_[error.code];
  refusals.persons.push_back(person);
  if (refusals.words.empty()) refusals.words = std::move(error.message);
}

void Tally::fail(Error error) {
  ++failures_;
  if (!worst_ || urgency(error.kind) > urgency(worst_->kind)) worst_ = std::move(error);
}

bool Tally::is_course_unknown() const {
  return !has_succeeded_ && unknown_course_ > 0 && unknown_course_ == failures_;
}

Error Tally::refused(const std::string& about) const {
  std::string text;
  for (const auto& [code, refusals] : refusals_) {
    const std::string_view known = advice(code);
    text += (text.empty() ? "" : "; ") + listed(refusals.persons) + ": " +
            (known.empty() ? refusals.words : std::string(known)) + " [" + code + "]";
  }
  return {ErrorKind::kRejected, refusals_.begin()->first, about + ": " + text};
}

Outcome Tally::outcome(const std::string& about, std::optional<Waiting> waiting) const {
  if (worst_) return Error(*worst_).in(about);
  if (waiting) return *std::move(waiting);
  if (!refusals_.empty()) return refused(about);
  if (has_succeeded_) return Synced{};
  return Unchanged{};
}

}  // namespace moodlesync::enrollments
