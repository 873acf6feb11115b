#include "components/course/course_leftover.h"

#include <chrono>
#include <string_view>

namespace moodlesync::course {

namespace {

/// Entries of the link beside Moodle's fields, whose names hold no blank.
constexpr std::string_view kCopyName = "copy asked for";
constexpr std::string_view kCopyAwaited = "copy awaited";

/// Moodle's own time limit of a request: a copy whose answer was lost has ended by then.
constexpr std::chrono::seconds kCopyEnds{360};

}  // namespace

Link with_copy_owed(Link link, const base::Values& row) {
  link.sent.insert_or_assign(std::string(kCopyName), row.at("shortname"));
  return link;
}

bool is_copy_owed(const Link& link) { return link.sent.contains(kCopyName); }

Error copy_may_go_on(Link& link, Error error) {
  link.sent.insert_or_assign(std::string(kCopyAwaited), "1");
  error.retry_after = kCopyEnds;
  return error;
}

Co<Result<std::optional<FoundCourse>>> find_leftover(CourseLookup& lookup, Link& link,
                                                     std::string idnumber) {
  using Answer = Result<std::optional<FoundCourse>>;
  const std::string by_idnumber = "idnumber";
  auto ours = co_await lookup.find(by_idnumber, idnumber);
  if (!ours || *ours || !is_copy_owed(link)) co_return ours;
  const std::string shortname = link.sent.find(kCopyName)->second;
  if (!link.sent.contains(kCopyAwaited)) {
    co_return Answer(copy_may_go_on(
        link, {ErrorKind::kInDoubt, "copy_may_go_on",
               "Moodle was asked to copy the template to the short name '" + shortname +
                   "' and may still be at it; looked at again when it must have ended"}));
  }
  const std::string by_shortname = "shortname";
  auto copy = co_await lookup.find(by_shortname, shortname);
  if (!copy) co_return copy;
  link.sent.erase(std::string(kCopyName));
  link.sent.erase(std::string(kCopyAwaited));
  // With an idnumber it is somebody else's.
  const auto& found = *copy;
  const bool is_nobodys = found && found->idnumber == "";
  co_return Answer(is_nobodys ? found : std::nullopt);
}

}  // namespace moodlesync::course
