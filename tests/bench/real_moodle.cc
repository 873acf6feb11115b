#include "real_moodle.h"

#include <functional>
#include <map>
#include <stdexcept>

#include "competition.h"
#include "moodle_clients.h"
#include "support/campus/campus_people.h"

namespace moodlesync::bench {

namespace {

using testsupport::NewEntity;
using Access = SyncRig::MoodleAccess;

/// How a script sends a load. Which is best depends on the Moodle, so that a few are tried.
struct Shape {
  std::size_t rows;
  std::size_t connections;
};

/// Unlike any that this Moodle has seen.
std::string new_stamp() {
  return "b" + std::to_string(std::chrono::duration_cast<std::chrono::seconds>(
                                  std::chrono::system_clock::now().time_since_epoch())
                                  .count());
}

/// The k-th of all pairs of a member and a course; each comes once.
struct Pair {
  std::size_t user;
  std::size_t course;
};
Pair pair_of(std::size_t k, std::size_t users, std::size_t courses) {
  const std::size_t user = k % users;
  return {user, (k / users + user * 7) % courses};
}

/// How accounts are made. One with a password is the dearest row that there is: Moodle hashes it.
enum class Accounts { kWithoutPassword, kWithPassword };

/// A Drupal site that is kept in step with that Moodle.
class OurSite {
 public:
  OurSite(const Access& moodle, std::string stamp, Accounts accounts = Accounts::kWithoutPassword)
      : stamp_(std::move(stamp)), rig_(options(moodle, accounts)) {}

  void add_users(std::size_t count) {
    std::vector<NewEntity> many(count);
    for (NewEntity& user : many) {
      const std::string name = stamp_ + "our" + std::to_string(++users_made_);
      user.bundle = "user";
      user.base = {{"name", name}, {"mail", name + "@campus.example"}, {"status", "1"}};
      user.fields = {{"field_first_name", {"Given"}},
                     {"field_last_name", {"Family"}},
                     {"field_city", {"Wien"}}};
    }
    append(users_, "user", many);
  }

  /// In a category of their own, which is in Moodle when this returns.
  void add_courses(std::size_t count) {
    const auto category =
        rig_.drupal().create_term("sections", stamp_ + " ours " + std::to_string(courses_.size()));
    sync();
    std::vector<NewEntity> many(count);
    for (NewEntity& course : many) {
      const std::string name = stamp_ + "our" + std::to_string(++courses_made_);
      course.bundle = "course";
      course.base = {{"title", "Course " + name}};
      course.fields = {{"field_shortname", {name}}, {"field_category", {category}}};
    }
    append(courses_, "node", many);
  }

  void add_enrolments(std::size_t count) {
    std::vector<NewEntity> many(count);
    for (NewEntity& registration : many) {
      const Pair pair = pair_of(enrolments_made_++, users_.size(), courses_.size());
      registration.bundle = "standard";
      registration.base = {{"entity_id", std::to_string(courses_.at(pair.course))},
                           {"user_uid", std::to_string(users_.at(pair.user))},
                           {"state", "complete"}};
    }
    std::vector<std::int64_t> ids;
    append(ids, "registration", many);
  }

  /// Until nothing is due. Throws when something is parked.
  void sync() {
    const engine::RunEnd end = rig_.sync();
    if (end.kind != engine::RunEnd::Kind::kIdle) throw std::runtime_error(end.message);
    if (rig_.tasks("parked") == 0) return;
    throw std::runtime_error(rig_.drupal().sql().text(
        "SELECT string_agg(DISTINCT entity_type || ': ' || message, E'\n') FROM moodle_sync.task "
        "WHERE state = 'parked'"));
  }

 private:
  SyncRig::Options options(const Access& moodle, Accounts accounts) const {
    SyncRig::Options options;
    options.moodle = moodle;
    options.model = [](testsupport::DrupalSite& site) {
      testsupport::Campus campus(site);
      const testsupport::CampusPeople people(campus);
    };
    options.components =
        R"(
components:
  category:
    sources:
      - vocabulary: sections
        idnumber_prefix: )" +
        stamp_ + R"(-
  course:
    sources:
      - bundle: course
        idnumber_prefix: )" +
        stamp_ + R"(-
        fields: { fullname: title, shortname: field_shortname }
        category: { field: field_category }
  users:
    sources:
      - idnumber_prefix: )" +
        stamp_ + R"(-
        fields: { firstname: field_first_name, lastname: field_last_name, city: field_city }
        exclude_roles: [administrator]
        auth: )" +
        (accounts == Accounts::kWithPassword ? "manual\n        password: random" : "oauth2") +
        R"(
  enrollments:
    sources:
      - bundle: course
        registrations:
          - { type: standard, active_states: [complete] }
)";
    options.sweeps = true;
    options.keeps_running = true;
    return options;
  }

  void append(std::vector<std::int64_t>& to, const std::string& type,
              const std::vector<NewEntity>& many) {
    const auto ids = rig_.drupal().create_many(type, many);
    to.insert(to.end(), ids.begin(), ids.end());
  }

  std::string stamp_;
  SyncRig rig_;
  std::vector<std::int64_t> users_;
  std::vector<std::int64_t> courses_;
  std::int64_t users_made_ = 0;
  std::int64_t courses_made_ = 0;
  std::size_t enrolments_made_ = 0;
};

/// What scripts send: the same as the daemon, for entities of their own.
class TheirLoads {
 public:
  TheirLoads(const Access& moodle, std::string stamp) : moodle_(moodle), stamp_(std::move(stamp)) {}

  Load users(std::size_t count, Accounts accounts = Accounts::kWithoutPassword) {
    const bool has_password = accounts == Accounts::kWithPassword;
    Load load{"core_user_create_users", "users", {}};
    for (std::size_t i = 0; i < count; ++i) {
      const std::string name = stamp_ + "their" + std::to_string(++made_);
      load.rows.push_back({{"username", name},
                           {"firstname", "Given"},
                           {"lastname", "Family"},
                           {"email", name + "@campus.example"},
                           {"auth", has_password ? "manual" : "oauth2"},
                           {"idnumber", name},
                           {"city", "Wien"}});
      if (has_password) load.rows.back().emplace_back("password", "Secret-" + name);
    }
    return load;
  }

  /// In a category of their own.
  Load courses(std::size_t count) {
    Load category{"core_course_create_categories", "categories", {}};
    category.rows.push_back(
        {{"name", stamp_ + " theirs " + std::to_string(++made_)}, {"parent", "0"}});
    const std::int64_t id = one_by_one(moodle_, category).ids.at(0);
    Load load{"core_course_create_courses", "courses", {}};
    for (std::size_t i = 0; i < count; ++i) {
      const std::string name = stamp_ + "their" + std::to_string(++made_);
      load.rows.push_back({{"fullname", "Course " + name},
                           {"shortname", name},
                           {"categoryid", std::to_string(id)},
                           {"idnumber", name}});
    }
    return load;
  }

  /// Course by course, so that Moodle does what it does for each course as seldom as can be.
  Load enrolments(std::size_t count) {
    std::multimap<std::int64_t, std::int64_t> members;
    for (std::size_t i = 0; i < count; ++i) {
      const Pair pair = pair_of(enrolments_made_++, users_.size(), courses_.size());
      members.emplace(courses_.at(pair.course), users_.at(pair.user));
    }
    Load load{"enrol_manual_enrol_users", "enrolments", {}};
    for (const auto& [course, user] : members) {
      load.rows.push_back({{"roleid", "5"},
                           {"userid", std::to_string(user)},
                           {"courseid", std::to_string(course)},
                           {"timestart", "0"},
                           {"timeend", "0"},
                           {"suspend", "0"}});
    }
    return load;
  }

  /// What may be enrolled, and where.
  void keep_users(const std::vector<std::int64_t>& ids) { keep(users_, ids); }
  void keep_courses(const std::vector<std::int64_t>& ids) { keep(courses_, ids); }

 private:
  static void keep(std::vector<std::int64_t>& all, const std::vector<std::int64_t>& more) {
    all.insert(all.end(), more.begin(), more.end());
  }

  Access moodle_;
  std::string stamp_;
  std::int64_t made_ = 0;
  std::vector<std::int64_t> users_;
  std::vector<std::int64_t> courses_;
  std::size_t enrolments_made_ = 0;
};

/// One kind of entity.
struct Discipline {
  std::string what;
  std::size_t count = 0;
  std::vector<Shape> shapes;
  std::function<Load(std::size_t)> theirs;
  std::function<void(const std::vector<std::int64_t>&)> keep;  ///< The ids of what they made.
  std::function<void(std::size_t)> add_ours;                   ///< To Drupal.
  std::function<void()> sync;                                  ///< Until Moodle has them.
};

/// For rows that cost much the same in any company.
std::vector<Shape> large_calls() { return {{50, 2}, {100, 2}, {100, 3}}; }

/// As a script does it; seconds.
double send(const Access& moodle, const Discipline& one, std::size_t count, const Shape& shape) {
  const Sent sent = in_batches(moodle, one.theirs(count), shape.rows, shape.connections);
  one.keep(sent.ids);
  return sent.seconds;
}

/// Makes so many of them in both worlds, by no clock.
void make(const Access& moodle, const Discipline& one, std::size_t count) {
  static_cast<void>(send(moodle, one, count, one.shapes.front()));
  one.add_ours(count);
  one.sync();
}

Competitors competitors_in(const Access& moodle, const Discipline& one) {
  const auto by_hand = [&](std::size_t count, const Shape& shape) {
    return [=, &moodle, &one] { return send(moodle, one, count, shape); };
  };
  const std::size_t few = std::max<std::size_t>(1, one.count / 10);  // It takes long enough.
  Competitors all{{"one call each", few, by_hand(few, {1, 1})}, {}, {}};
  for (const Shape& shape : one.shapes) {
    all.by_hand.push_back({"by hand, calls of " + std::to_string(shape.rows) + " on " +
                               std::to_string(shape.connections) + " connection(s)",
                           one.count, by_hand(one.count, shape)});
  }
  all.daemon = {"the daemon", one.count, [&one] {
                  one.add_ours(one.count);
                  const auto start = std::chrono::steady_clock::now();
                  one.sync();
                  return seconds_since(start);
                }};
  return all;
}

void compete(const Access& moodle, const Discipline& one, BenchTable& table) {
  compete(one.what, competitors_in(moodle, one), table);
}

void compete_with_passwords(const Access& moodle, const std::string& stamp, TheirLoads& theirs,
                            std::size_t count, BenchTable& table) {
  OurSite ours(moodle, stamp + "p", Accounts::kWithPassword);
  ours.sync();
  const Discipline users{
      .what = "users with passwords",
      .count = count,
      .shapes = large_calls(),
      .theirs = [&](std::size_t rows) { return theirs.users(rows, Accounts::kWithPassword); },
      .keep = [](const auto&) {},
      .add_ours = [&](std::size_t rows) { ours.add_users(rows); },
      .sync = [&] { ours.sync(); }};
  compete(moodle, users, table);
}

}  // namespace

void measure_real_moodle(const Access& moodle, const std::function<bool(std::string)>& is_wanted,
                         const Scale& scale, BenchTable& table) {
  const auto of = [&](int count) { return static_cast<std::size_t>(scale.of(count)); };
  const std::string stamp = new_stamp();
  OurSite ours(moodle, stamp);
  TheirLoads theirs(moodle, stamp);
  ours.sync();  // A daemon that has run for a while has looked at Moodle.
  const auto sync = [&] { ours.sync(); };
  const Discipline users{.what = "users",
                         .count = of(500),
                         .shapes = large_calls(),
                         .theirs = [&](std::size_t count) { return theirs.users(count); },
                         .keep = [&](const auto& ids) { theirs.keep_users(ids); },
                         .add_ours = [&](std::size_t count) { ours.add_users(count); },
                         .sync = sync};
  const Discipline courses{.what = "courses",
                           .count = of(80),
                           .shapes = {{5, 1}, {10, 1}, {20, 1}},
                           .theirs = [&](std::size_t count) { return theirs.courses(count); },
                           .keep = [&](const auto& ids) { theirs.keep_courses(ids); },
                           .add_ours = [&](std::size_t count) { ours.add_courses(count); },
                           .sync = sync};
  const Discipline enrolments{.what = "enrolments",
                              .count = of(2'000),
                              .shapes = large_calls(),
                              .theirs = [&](std::size_t count) { return theirs.enrolments(count); },
                              .keep = [](const auto&) {},
                              .add_ours = [&](std::size_t count) { ours.add_enrolments(count); },
                              .sync = sync};
  if (is_wanted(users.what)) {
    compete_with_passwords(moodle, stamp, theirs, of(400), table);
    compete(moodle, users, table);
  }
  if (is_wanted(courses.what)) compete(moodle, courses, table);
  if (!is_wanted(enrolments.what)) return;
  // Enough of them for every pair to be a new one, which somebody enrolled already is not.
  make(moodle, users, of(1'600));
  make(moodle, courses, of(40));
  compete(moodle, enrolments, table);
}

}  // namespace moodlesync::bench
