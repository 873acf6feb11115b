#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "support/moodle_sim/moodle_error.h"
#include "support/moodle_sim/settings.h"
#include "support/moodle_sim/site.h"
#include "support/moodle_sim/structure.h"

namespace moodlesync::sim {

/// Keeps the order of keys, as PHP does.
using Json = nlohmann::ordered_json;

/// What a function sees of the call: the site (locked for it), the settings, and the account's
/// rights.
struct Context {
  Site& site;
  const Settings& settings;
  bool raw = false;  ///< moodlewssettingraw=1: texts come as they are stored.

  [[nodiscard]] Id now() const;
  [[nodiscard]] bool can(const std::string& capability) const { return settings.can(capability); }

  /// Throws `nopermissions` unless the account has the capability.
  void require(const std::string& capability) const;
  /// Moodle's validate_context(): throws when the account must do something else first.
  void enter() const;
  /// The same for a course, which the account may also not be allowed into.
  void enter(const Course& course) const;
  [[nodiscard]] bool may_enter(const Course& course) const;

  [[nodiscard]] std::string shown_name(const std::string& name) const;
  [[nodiscard]] std::string shown_html(const std::string& html) const;

  /// One of Moodle's text formats: 0, 1, 2 or 4.
  static void check_format(Id format);
};

using Handler = Json (*)(Context& context, const PhpValue& params);

/// A web service function: its declaration and what it does. Handlers run under the site's lock and
/// throw MoodleError; a null result is Moodle's "no result".
struct Function {
  std::string name;
  Params params;
  Handler handler = nullptr;
  /// Of the two user functions that look at the capability before the structure.
  std::string early_capability = {};
};

[[nodiscard]] std::vector<Function> site_functions();
[[nodiscard]] std::vector<Function> category_functions();
[[nodiscard]] std::vector<Function> course_functions();
[[nodiscard]] std::vector<Function> user_functions();
[[nodiscard]] std::vector<Function> enrolment_functions();
[[nodiscard]] std::vector<Function> cohort_functions();

/// Every simulated function, in the order in which site info lists them.
[[nodiscard]] const std::vector<Function>& all_functions();
[[nodiscard]] const Function* find_function(const std::string& name);

/// Whether the token's service has the function.
[[nodiscard]] bool is_in_service(const Settings& settings, const std::string& function);

/// `{"item": item, "itemid": id, "warningcode": code, "message": message}`
[[nodiscard]] Json warning_of(const char* item, Id id, const MoodleError& error, int debug = 0);

/// Throws `dmlwriteexception` when the text has more characters than its column.
void check_length(const std::string& text, std::size_t limit, const char* column);

}  // namespace moodlesync::sim
