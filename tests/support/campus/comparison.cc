#include "support/campus/comparison.h"

#include <array>
#include <ctime>
#include <set>

namespace moodlesync::testsupport {

namespace {

/// How the campus's names arrive in a Moodle that refuses tags.
std::string plain(std::string text) {
  constexpr std::array<std::pair<const char*, const char*>, 5> kRules{
      {{"<b>", ""}, {"</b>", ""}, {"<i>", ""}, {"</i>", ""}, {"<und>", "< und>"}}};
  for (const auto& [from, to] : kRules) {
    for (auto at = text.find(from); at != std::string::npos; at = text.find(from)) {
      text.replace(at, std::string(from).size(), to);
    }
  }
  return text;
}

sim::Id unix_seconds(const std::string& drupal_time) {
  if (drupal_time.empty()) return 0;
  std::tm time{};
  strptime(drupal_time.c_str(), "%Y-%m-%dT%H:%M:%S", &time);
  return timegm(&time);
}

class Comparison {
 public:
  Comparison(DrupalSite& drupal, sim::MoodleSim& moodle, sim::Id trash_bin)
      : drupal_(drupal), state_(moodle.state()), trash_bin_(trash_bin) {}

  std::vector<std::string> run() {
    for (const std::int64_t id : ids("taxonomy_term_data", "tid", "vid", "sections"))
      compare_section(id);
    for (const std::int64_t id : ids("taxonomy_term_data", "tid", "vid", "templates"))
      compare_template(id);
    for (const std::int64_t id : ids("node", "nid", "type", "course")) compare_course(id);
    find_orphans();
    return std::move(differences_);
  }

 private:
  std::vector<std::int64_t> ids(const std::string& table, const std::string& id,
                                const std::string& bundle_column, const std::string& bundle) {
    std::vector<std::int64_t> found;
    for (const Row& row : drupal_.sql().run("SELECT " + id + " FROM " + drupal_.table(table) +
                                                " WHERE " + bundle_column + " = $1 ORDER BY 1",
                                            {bundle})) {
      found.push_back(std::stoll(*row.at(0)));
    }
    return found;
  }

  void expect(const std::string& what, const std::string& drupal, const std::string& moodle) {
    if (drupal != moodle)
      differences_.push_back(what + ": Drupal '" + drupal + "', Moodle '" + moodle + "'");
  }
  void expect(const std::string& what, sim::Id drupal, sim::Id moodle) {
    expect(what, std::to_string(drupal), std::to_string(moodle));
  }

  void compare_section(std::int64_t tid) {
    const std::string what = "section " + std::to_string(tid);
    const SiteEntity term = drupal_.load_from_tables({"taxonomy_term", tid});
    const sim::Category* category = state_->category_with_idnumber(std::to_string(tid));
    if (category == nullptr) {
      differences_.push_back(what + " is missing in Moodle");
      return;
    }
    categories_.insert(category->id);
    expect(what + " field_moodle_id", term.text("field_moodle_id"), std::to_string(category->id));
    expect(what + " name", plain(*term.main().base.at("name")), category->name);
    expect(what + " description", term.text("field_description"), category->description);
    const std::string parent = term.text("parent");
    const sim::Category* above = state_->categories.find(category->parent);
    const std::string above_idnumber = above == nullptr ? "" : above->idnumber.value_or("");
    expect(what + " parent", parent == "0" ? "" : parent, above_idnumber);
  }

  void compare_template(std::int64_t tid) {
    const std::string what = "template " + std::to_string(tid);
    const SiteEntity term = drupal_.load_from_tables({"taxonomy_term", tid});
    const sim::Course* course = state_->course_with_idnumber("template-" + std::to_string(tid));
    if (course == nullptr) {
      differences_.push_back(what + " is missing in Moodle");
      return;
    }
    courses_.insert(course->id);
    expect(what + " field_moodle_id", term.text("field_moodle_id"), std::to_string(course->id));
    expect(what + " fullname", plain(*term.main().base.at("name")), course->fullname);
    expect(what + " shortname", term.text("field_shortname"), course->shortname);
  }

  void compare_course(std::int64_t nid) {
    const std::string what = "course " + std::to_string(nid);
    const SiteEntity node = drupal_.load_from_tables({"node", nid});
    const sim::Course* course = state_->course_with_idnumber(std::to_string(nid));
    if (course == nullptr) {
      differences_.push_back(what + " is missing in Moodle");
      return;
    }
    courses_.insert(course->id);
    expect(what + " field_moodle_id", node.text("field_moodle_id"), std::to_string(course->id));
    expect(what + " fullname", plain(*node.main().base.at("title")), course->fullname);
    expect(what + " shortname", node.text("field_shortname"), course->shortname);
    expect(what + " summary", node.text("field_summary"), course->summary);
    expect(what + " startdate", unix_seconds(node.text("field_start")), course->startdate);
    expect(what + " enddate", unix_seconds(node.text("field_end")), course->enddate);
    expect(what + " visible", node.text("field_visible"), std::to_string(course->visible));
    for (const char* name : {"ects", "lecturer"}) {
      const auto value = course->customfields.find(name);
      expect(what + " " + name, node.text(std::string("field_") + name),
             value == course->customfields.end() ? "" : value->second);
    }
    const sim::Category* category = state_->categories.find(course->category);
    const std::string section = node.text("field_category");
    const std::string expected =
        section.empty() || !drupal_.has({"taxonomy_term", std::stoll(section)}) ? "" : section;
    expect(what + " category", expected,
           category == nullptr ? "none" : category->idnumber.value_or(""));
  }

  /// Nothing may be in Moodle that Drupal does not know, except below the trash bin.
  void find_orphans() {
    for (const auto& [id, category] : state_->categories.all()) {
      const bool made_by_us = category.idnumber && !category.idnumber->empty();
      const bool thrown_away = id == trash_bin_ || state_->is_below(id, trash_bin_);
      if (made_by_us && !thrown_away && !categories_.contains(id)) {
        differences_.push_back("Moodle has category " + std::to_string(id) + " (idnumber " +
                               *category.idnumber + ") that Drupal does not know");
      }
    }
    for (const auto& [id, course] : state_->courses.all()) {
      if (id != 1 && !courses_.contains(id)) {
        differences_.push_back("Moodle has course " + std::to_string(id) + " (idnumber '" +
                               course.idnumber + "') that Drupal does not know");
      }
    }
  }

  DrupalSite& drupal_;
  sim::MoodleSim::State state_;
  sim::Id trash_bin_;
  std::set<sim::Id> categories_;
  std::set<sim::Id> courses_;
  std::vector<std::string> differences_;
};

}  // namespace

std::vector<std::string> differences(DrupalSite& drupal, sim::MoodleSim& moodle,
                                     sim::Id trash_bin_category) {
  return Comparison(drupal, moodle, trash_bin_category).run();
}

}  // namespace moodlesync::testsupport
