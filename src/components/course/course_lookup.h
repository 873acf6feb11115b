#pragma once

#include <optional>
#include <string>

#include "moodlesync/co.h"
#include "moodlesync/ids.h"
#include "moodlesync/moodle.h"

namespace moodlesync::course {

/// A course as Moodle's answer shows it.
struct FoundCourse {
  MoodleId id;
  std::string fullname;
  std::optional<std::string> idnumber;  ///< Empty: the account may not see it.
};

struct FoundCategory {
  bool hidden = true;  ///< Also when the account may not see whether it is.
};

/// Questions about what Moodle holds.
///
/// "Nothing" is an answer only when Moodle's reads can be believed; otherwise it is kTransient with
/// code `reads_untrusted`. The strings must live until the answer has come.
class CourseLookup {
 public:
  explicit CourseLookup(Moodle& moodle) : moodle_(moodle) {}

  /// `field` is id, idnumber or shortname; only an exact match counts.
  Co<Result<std::optional<FoundCourse>>> find(const std::string& field, const std::string& value);
  Co<Result<std::optional<FoundCategory>>> find_category(const std::string& id);

 private:
  [[nodiscard]] Result<Done> nothing(const std::string& what) const;

  Moodle& moodle_;
};

}  // namespace moodlesync::course
