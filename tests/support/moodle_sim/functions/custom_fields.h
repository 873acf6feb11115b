#pragma once

#include "support/moodle_sim/function.h"

namespace moodlesync::sim {

/// Writes one value of a course or cohort custom field. Unknown short names are ignored silently; a
/// value that the field's type refuses throws `invalidpersistenterror`.
void set_custom_field(const std::vector<CustomField>& fields, const PhpValue& sent,
                      std::map<std::string, std::string>& values);

/// `[{name, shortname, type, valueraw, value}]`, one for each field that the site has.
[[nodiscard]] Json custom_fields_of(const std::vector<CustomField>& fields,
                                    const std::map<std::string, std::string>& values);

}  // namespace moodlesync::sim
