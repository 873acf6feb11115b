#include "support/moodle_sim/function.h"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <utility>

#include "support/moodle_sim/text_filter.h"

namespace moodlesync::sim {

Id Context::now() const {
  if (settings.now) return settings.now();
  const auto since = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::seconds>(since).count();
}

void Context::require(const std::string& capability) const {
  if (!can(capability)) throw capability_missing(capability);
}

void Context::enter() const {
  if (!settings.account_state.empty()) {
    throw untranslated_exception("error", settings.account_state);
  }
}

bool Context::may_enter(const Course& course) const {
  if (course.id == 1) return true;
  return can("moodle/course:view") &&
         (course.visible != 0 || can("moodle/course:viewhiddencourses"));
}

void Context::enter(const Course& course) const {
  enter();
  if (!may_enter(course)) throw login_required();
}

std::string Context::shown_name(const std::string& name) const {
  return raw ? name : format_name(name);
}

std::string Context::shown_html(const std::string& html) const {
  return raw ? html : clean_html(html);
}

void Context::check_format(Id format) {
  if (format != 0 && format != 1 && format != 2 && format != 4) throw format_not_supported();
}

const std::vector<Function>& all_functions() {
  static const std::vector<Function> kFunctions = [] {
    std::vector<Function> all;
    for (std::vector<Function> area :
         {site_functions(), category_functions(), course_functions(), user_functions(),
          enrolment_functions(), cohort_functions()}) {
      std::move(area.begin(), area.end(), std::back_inserter(all));
    }
    return all;
  }();
  return kFunctions;
}

const Function* find_function(const std::string& name) {
  const std::vector<Function>& functions = all_functions();
  const auto at = std::find_if(functions.begin(), functions.end(),
                               [&](const Function& function) { return function.name == name; });
  return at == functions.end() ? nullptr : &*at;
}

bool is_in_service(const Settings& settings, const std::string& function) {
  static const std::set<std::string> kExtra = {
      "core_cohort_search_cohorts", "core_cohort_get_cohorts", "core_cohort_get_cohort_members"};
  if (function == "core_webservice_get_site_info") return true;
  if (!settings.functions.empty()) return settings.functions.contains(function);
  return !kExtra.contains(function);
}

Json warning_of(const char* item, Id id, const MoodleError& error, int debug) {
  return {{"item", item},
          {"itemid", id},
          {"warningcode", code_of(error, debug)},
          {"message", error.message}};
}

void check_length(const std::string& text, std::size_t limit, const char* column) {
  if (text.size() > limit && character_count(text) > limit) {
    throw write_failed(std::string("value too long for column ") + column);
  }
}

}  // namespace moodlesync::sim
