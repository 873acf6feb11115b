#include "support/campus/people_comparison.h"

#include <algorithm>
#include <map>
#include <set>

namespace moodlesync::testsupport {

namespace {

using Texts = std::map<std::string, std::string>;  ///< By Drupal's id.
using Pair = std::pair<std::string, std::string>;
using Roles = std::set<std::string>;
using Enrolments = std::map<Pair, Roles>;  ///< By course and user, Drupal's ids.

std::string at(const Texts& texts, const std::string& id) {
  const auto found = texts.find(id);
  return found == texts.end() ? "" : found->second;
}

std::string value(const std::map<std::string, std::string>& of, const char* name) {
  return at(of, name);
}

/// The campus writes all addresses and names of accounts in ASCII.
std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return text;
}

std::string listed(const Roles& roles) {
  std::string text;
  for (const std::string& role : roles) text += (text.empty() ? "" : ",") + role;
  return "{" + text + "}";
}

class PeopleComparison {
 public:
  PeopleComparison(DrupalSite& drupal, sim::MoodleSim& moodle) : drupal_(drupal), moodle_(moodle) {}

  std::vector<std::string> run() {
    read_moodle_ids();
    compare_users();
    compare_cohorts();
    compare_members();
    compare_enrolments();
    return std::move(differences_);
  }

 private:
  Texts read(const std::string& sql) {
    Texts texts;
    for (const Row& row : drupal_.sql().run(sql)) texts[*row.at(0)] = row.at(1).value_or("");
    return texts;
  }
  /// One value per entity of a field.
  Texts field(const std::string& type, const std::string& name, const char* column = "_value") {
    return read("SELECT entity_id, " + name + column + " FROM " +
                drupal_.table(type + "__" + name) + " WHERE deleted = 0");
  }

  void expect(const std::string& what, const std::string& drupal, const std::string& moodle) {
    if (drupal != moodle)
      differences_.push_back(what + ": Drupal '" + drupal + "', Moodle '" + moodle + "'");
  }

  void read_moodle_ids() {
    const auto state = moodle_.state();
    for (const auto& [id, user] : state->users.all()) {
      if (!user.idnumber.empty() && user.deleted == 0) users_[user.idnumber] = user;
    }
    for (const auto& [id, course] : state->courses.all()) courses_[id] = course.idnumber;
    for (const auto& [id, cohort] : state->cohorts.all()) cohorts_[id] = cohort;
  }

  void compare_users() {
    const std::string data = drupal_.table("users_field_data");
    const std::string people = data + " WHERE uid > 1";
    const Texts names = read("SELECT uid, name FROM " + people);
    const Texts mails = read("SELECT uid, mail FROM " + people);
    const Texts status = read("SELECT uid, status FROM " + people);
    const Texts ids = field("user", "field_moodle_id");
    const Texts first = field("user", "field_first_name");
    const Texts last = field("user", "field_last_name");
    const Texts city = field("user", "field_city");
    const Texts matriculation = profile_field("field_matriculation");
    const Texts programme = profile_field("field_programme");
    for (const auto& [uid, name] : names) {
      const std::string what = "user " + uid;
      const auto found = users_.find(uid);
      if (found == users_.end()) {
        differences_.push_back(what + " is missing in Moodle");
        continue;
      }
      const sim::User& account = found->second;
      expect(what + " field_moodle_id", at(ids, uid), std::to_string(account.id));
      expect(what + " username", lower(name), account.username);
      expect(what + " email", lower(at(mails, uid)), account.email);
      expect(what + " firstname", at(first, uid), account.firstname);
      expect(what + " lastname", at(last, uid), account.lastname);
      expect(what + " city", at(city, uid), account.text("city"));
      expect(what + " matriculation", at(matriculation, uid),
             value(account.profile, "matriculation"));
      expect(what + " programme", at(programme, uid), value(account.profile, "programme"));
      expect(what + " suspended", at(status, uid) == "0" ? "1" : "0",
             std::to_string(account.suspended));
    }
    for (const auto& [idnumber, account] : users_) {
      if (!names.contains(idnumber) && account.suspended == 0)
        differences_.push_back("Moodle's account of the deleted user " + idnumber + " is open");
    }
  }

  Texts profile_field(const std::string& name) {
    return read("SELECT p.uid, f." + name + "_value FROM " + drupal_.table("profile") + " p JOIN " +
                drupal_.table("profile__" + name) +
                " f ON f.entity_id = p.profile_id AND f.deleted = 0 WHERE p.status = 1");
  }

  void compare_cohorts() {
    const std::string terms = drupal_.table("taxonomy_term_field_data") + " WHERE vid = 'cohorts'";
    Texts names = read("SELECT tid, name FROM " + terms);
    const Texts descriptions = read("SELECT tid, description__value FROM " + terms);
    const Texts ids = field("taxonomy_term", "field_moodle_id");
    for (const auto& [id, cohort] : cohorts_) {
      const std::string what = "cohort " + cohort.idnumber;
      const auto name = names.find(cohort.idnumber);
      if (name == names.end()) {
        differences_.push_back("Moodle has " + what + " that Drupal does not know");
        continue;
      }
      expect(what + " name", name->second, cohort.name);
      expect(what + " description", at(descriptions, cohort.idnumber), cohort.description);
      expect(what + " field_moodle_id", at(ids, cohort.idnumber), std::to_string(id));
      names.erase(name);
    }
    for (const auto& [tid, name] : names)
      differences_.push_back("cohort " + tid + " is missing in Moodle");
  }

  void compare_members() {
    std::set<Pair> drupal;
    for (const Row& row :
         drupal_.sql().run("SELECT f.field_cohorts_target_id, f.entity_id FROM " +
                           drupal_.table("user__field_cohorts") + " f JOIN " +
                           drupal_.table("taxonomy_term_data") +
                           " t ON t.tid = f.field_cohorts_target_id WHERE f.deleted = 0")) {
      drupal.emplace(*row.at(0), *row.at(1));
    }
    std::set<Pair> moodle;
    const auto state = moodle_.state();
    for (const auto& [id, member] : state->cohort_members.all())
      moodle.emplace(cohorts_[member.cohort].idnumber, state->users.find(member.user)->idnumber);
    const auto tell = [this](const std::set<Pair>& some, const std::set<Pair>& others,
                             const std::string& where) {
      for (const auto& [cohort, user] : some) {
        if (!others.contains({cohort, user}))
          differences_.push_back("user " + user + " is in cohort " + cohort + " only in " + where);
      }
    };
    tell(drupal, moodle, "Drupal");
    tell(moodle, drupal, "Moodle");
  }

  void compare_enrolments() {
    const Enrolments drupal = enrolments_in_drupal();
    const Enrolments moodle = enrolments_in_moodle();
    const auto roles_of = [](const Enrolments& all, const Pair& pair) {
      const auto found = all.find(pair);
      return found == all.end() ? "none" : listed(found->second);
    };
    const auto what = [](const Pair& pair) {
      return "roles of user " + pair.second + " in course " + pair.first;
    };
    for (const auto& [pair, roles] : drupal)
      expect(what(pair), listed(roles), roles_of(moodle, pair));
    for (const auto& [pair, roles] : moodle) {
      if (!drupal.contains(pair)) expect(what(pair), "none", listed(roles));
    }
  }

  Enrolments enrolments_in_drupal() {
    Enrolments all;
    const std::string users = " JOIN " + drupal_.table("users") + " u ON u.uid = ";
    const std::string nodes = " JOIN " + drupal_.table("node") + " n ON n.nid = ";
    const auto add = [&](const std::string& sql) {
      for (const Row& row : drupal_.sql().run(sql))
        all[{*row.at(0), *row.at(1)}].insert(*row.at(2));
    };
    add("SELECT r.entity_id, r.user_uid, coalesce(m.field_moodle_id_value, '5') FROM " +
        drupal_.table("registration") + " r" + users + "r.user_uid" + nodes +
        "r.entity_id LEFT JOIN " + drupal_.table("registration__field_role") +
        " f ON f.entity_id = r.registration_id AND f.deleted = 0 LEFT JOIN " +
        drupal_.table("taxonomy_term__field_moodle_id") +
        " m ON m.entity_id = f.field_role_target_id AND m.deleted = 0 "
        "WHERE r.state IN ('pending', 'complete')");
    for (const auto& [name, role] : {std::pair{"lecturers", "3"}, std::pair{"assistants", "4"}}) {
      const std::string column = "f.field_" + std::string(name) + "_target_id";
      add("SELECT f.entity_id, " + column + ", '" + role + "' FROM " +
          drupal_.table("node__field_" + std::string(name)) + " f" + users + column +
          " WHERE f.deleted = 0");
    }
    return all;
  }

  /// Active ones only: a suspended enrolment is how somebody leaves.
  Enrolments enrolments_in_moodle() {
    Enrolments all;
    const auto state = moodle_.state();
    for (const auto& [id, enrolment] : state->enrolments.all()) {
      if (enrolment.suspended != 0) continue;
      Roles& roles = all[{courses_[enrolment.course], state->users.find(enrolment.user)->idnumber}];
      for (const sim::Id role : state->roles_of(enrolment.course, enrolment.user))
        roles.insert(std::to_string(role));
    }
    return all;
  }

  DrupalSite& drupal_;
  sim::MoodleSim& moodle_;
  std::map<std::string, sim::User> users_;  ///< By idnumber.
  std::map<sim::Id, std::string> courses_;  ///< Their idnumbers.
  std::map<sim::Id, sim::Cohort> cohorts_;
  std::vector<std::string> differences_;
};

}  // namespace

std::vector<std::string> people_differences(DrupalSite& drupal, sim::MoodleSim& moodle) {
  return PeopleComparison(drupal, moodle).run();
}

}  // namespace moodlesync::testsupport
