#include "chaos/verdict.h"

#include <map>

#include "support/campus/comparison.h"
#include "support/campus/people_comparison.h"

namespace moodlesync::chaos {

namespace {

class Census {
 public:
  explicit Census(const char* what) : what_(what) {}
  void count(const std::string& name) {
    if (!name.empty()) ++count_[name];
  }
  void report(std::vector<std::string>& to) const {
    for (const auto& [name, count] : count_) {
      if (count > 1) {
        to.push_back("Moodle has " + std::to_string(count) + " " + what_ + " with '" + name + "'");
      }
    }
  }

 private:
  std::string what_;
  std::map<std::string, int> count_;
};

void find_duplicates(sim::MoodleSim& moodle, std::vector<std::string>& to) {
  Census categories("categories");
  Census courses("courses");
  Census users("users");
  Census addresses("e-mail addresses");
  Census cohorts("cohorts");
  {
    const auto state = moodle.state();
    for (const auto& [id, category] : state->categories.all())
      categories.count(category.idnumber.value_or(""));
    for (const auto& [id, course] : state->courses.all()) courses.count(course.idnumber);
    for (const auto& [id, cohort] : state->cohorts.all()) cohorts.count(cohort.idnumber);
    for (const auto& [id, user] : state->users.all()) {
      if (user.deleted != 0) continue;
      users.count(user.idnumber);
      addresses.count(user.email);
    }
  }
  for (const Census* census : {&categories, &courses, &users, &addresses, &cohorts}) {
    census->report(to);
  }
}

void find_stuck(testsupport::DrupalSite& drupal, std::vector<std::string>& to) {
  for (const auto& row : drupal.sql().run(
           "SELECT component || ' ' || entity_type || ':' || entity_id || ' is ' || state || "
           "', attempts ' || attempts || ', code ' || code || ': ' || message "
           "FROM moodle_sync.task ORDER BY 1")) {
    to.push_back(testsupport::text_of(row.at(0)));
  }
  for (const auto& row : drupal.sql().run("SELECT 'change of ' || entity_type || ':' || entity_id "
                                          "FROM moodle_sync.change ORDER BY 1")) {
    to.push_back(testsupport::text_of(row.at(0)));
  }
  for (const auto& row :
       drupal.sql().run("SELECT 'write-back of ' || component || ' ' || entity_type || ':' || "
                        "entity_id FROM moodle_sync.link WHERE write_back = 1 ORDER BY 1")) {
    to.push_back(testsupport::text_of(row.at(0)));
  }
}

}  // namespace

Verdict judge(testsupport::DrupalSite& drupal, sim::MoodleSim& moodle, sim::Id trash_bin) {
  Verdict verdict;
  std::vector<std::string> all = testsupport::differences(drupal, moodle, trash_bin);
  for (std::string& more : testsupport::people_differences(drupal, moodle)) {
    all.push_back(std::move(more));
  }
  for (std::string& one : all) {
    const bool unasked = one.find("that Drupal does not know") != std::string::npos;
    (unasked ? verdict.duplicate : verdict.lost).push_back(std::move(one));
  }
  find_duplicates(moodle, verdict.duplicate);
  find_stuck(drupal, verdict.stuck);
  return verdict;
}

bool is_at_rest(testsupport::DrupalSite& drupal) {
  return drupal.sql().number(
             "SELECT (SELECT count(*) FROM moodle_sync.change) + (SELECT count(*) FROM "
             "moodle_sync.task) + (SELECT count(*) FROM moodle_sync.link WHERE write_back = 1)") ==
         0;
}

}  // namespace moodlesync::chaos
