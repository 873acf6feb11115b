// Ratios at a Moodle with the times of a real one: per request and per row, on two cores.
#include <iostream>
#include <map>

#include "bench_site.h"
#include "measurements.h"
#include "moodle_clients.h"

namespace moodlesync::bench {

namespace {

using std::chrono::microseconds;
using namespace std::chrono_literals;

/// What Moodle 5.1 on two cores takes: for a request however small, and for each row on top. From
/// the rates measured on a real one (docs/performance.md): 18 users a second one by one and 110 in
/// calls of 100 on two connections, 16.5 enrolments and 231, 14 courses and 38 by ten (those wait
/// for each other: on more connections it is not more).
struct Model {
  microseconds request;
  microseconds row;
  std::size_t cores = 2;  ///< Requests that get on at once.
};
constexpr Model kUsers{.request = 38'000us, .row = 17'500us};
constexpr Model kCourses{.request = 48'000us, .row = 22'000us, .cores = 1};
constexpr Model kEnrolments{.request = 52'000us, .row = 8'100us};
/// What a script written by hand keeps busy.
constexpr std::size_t kConnections = 2;

sim::Latency latency(const Model& model) { return {model.request, model.row, {}, model.cores}; }

SyncRig::MoodleAccess access(const sim::MoodleSim& moodle) {
  return {moodle.url(), moodle.token()};
}

std::string text(std::size_t number) { return std::to_string(number); }

Load users(std::size_t count) {
  Load load{"core_user_create_users", "users", {}};
  for (std::size_t i = 1; i <= count; ++i) {
    const std::string name = "person" + text(i);
    load.rows.push_back({{"username", name},
                         {"firstname", "Given"},
                         {"lastname", "Family"},
                         {"email", name + "@campus.example"},
                         {"auth", "oauth2"},
                         {"idnumber", text(i)},
                         {"city", "Wien"}});
  }
  return load;
}

/// Who is blocked in Drupal, every fiftieth (CampusPeople): an account can be suspended only once
/// it is there. Of accounts that the administrator has made, since it takes their ids.
Load suspensions(sim::MoodleSim& moodle, std::size_t users) {
  Load load{"core_user_update_users", "users", {}};
  for (std::size_t i = 50; i <= users; i += 50) {
    const sim::Id user = moodle.create_user({.username = "blocked" + text(i)});
    load.rows.push_back({{"id", std::to_string(user)}, {"suspended", "1"}});
  }
  return load;
}

Load courses(std::size_t count) {
  Load load{"core_course_create_courses", "courses", {}};
  for (std::size_t i = 1; i <= count; ++i) {
    load.rows.push_back({{"fullname", "Course " + text(i)},
                         {"shortname", "c" + text(i)},
                         {"categoryid", "1"},
                         {"idnumber", text(i)}});
  }
  return load;
}

/// Each user in `per_user` courses of a Moodle that holds both already.
Load enrolments(sim::MoodleSim& moodle, std::size_t users, std::size_t per_user) {
  Load load{"enrol_manual_enrol_users", "enrolments", {}};
  std::vector<sim::Id> courses;
  for (std::size_t i = 0; i < 50; ++i)
    courses.push_back(moodle.create_course({.fullname = "C", .shortname = "c" + text(i)}));
  for (std::size_t i = 0; i < users; ++i) {
    const sim::Id user = moodle.create_user({.username = "u" + text(i)});
    for (std::size_t j = 0; j < per_user; ++j) {
      load.rows.push_back({{"roleid", "5"},
                           {"userid", std::to_string(user)},
                           {"courseid", std::to_string(courses[(i + j * 7) % courses.size()])},
                           {"timestart", "0"},
                           {"timeend", "0"},
                           {"suspend", "0"}});
    }
  }
  return load;
}

/// Runs until nothing is due and tells, if asked, which calls that took; seconds.
double timed_sync(BenchSite& site, const Scale& scale) {
  site.moodle().clear_calls();
  const double seconds = site.sync();
  if (!scale.calls) return seconds;
  std::map<std::string, std::map<std::size_t, int>> calls;  // By function, by rows.
  for (const sim::Call& call : site.moodle().calls()) ++calls[call.function][call.rows];
  std::cerr << "== " << seconds << " s\n";
  for (const auto& [function, sizes] : calls) {
    std::cerr << function << ":";
    for (const auto& [rows, count] : sizes) std::cerr << " " << count << " x " << rows;
    std::cerr << "\n";
  }
  return seconds;
}

void compare(BenchTable& table, const std::string& what, double ours, double old_way, double raw,
             double goal) {
  table.at_least(what + ": times as fast as one call per entity", old_way / ours, "x", goal);
  table.at_least(what + ": share of the best client written by hand", raw / ours, "x", 0.95);
}

}  // namespace

void measure_users(const Scale& scale, BenchTable& table) {
  const auto count = static_cast<std::size_t>(scale.of(1'000));
  BenchSite site;
  site.people().add_users(static_cast<int>(count));
  site.moodle().set_latency(latency(kUsers));
  const double ours = timed_sync(site, scale);
  sim::MoodleSim old_way({.latency = latency(kUsers)});
  sim::MoodleSim raw({.latency = latency(kUsers)});
  const Load load = users(count);
  const double one_each = one_by_one(access(old_way), load).seconds +
                          one_by_one(access(old_way), suspensions(old_way, count)).seconds;
  const double by_hand =
      in_batches(access(raw), load, 100, kConnections).seconds +
      in_batches(access(raw), suspensions(raw, count), 100, kConnections).seconds;
  compare(table, "users", ours, one_each, by_hand, 6);
}

void measure_courses(const Scale& scale, BenchTable& table) {
  const auto count = static_cast<std::size_t>(scale.of(400));
  BenchSite site;
  site.campus().add_sections();
  site.sync();
  site.campus().add_courses(static_cast<int>(count), 0);
  site.moodle().set_latency(latency(kCourses));
  const double ours = timed_sync(site, scale);
  sim::MoodleSim old_way({.latency = latency(kCourses)});
  sim::MoodleSim raw({.latency = latency(kCourses)});
  const Load load = courses(count);
  compare(table, "courses", ours, one_by_one(access(old_way), load).seconds,
          in_batches(access(raw), load, 10, kConnections).seconds, 2.5);
}

void measure_enrolments(const Scale& scale, BenchTable& table) {
  const int count = scale.of(400);
  constexpr int kPerUser = 4;
  BenchSite site;
  site.campus().add_courses(50, 0);
  site.people().add_roles();
  site.people().add_users(count);
  site.sync();
  site.people().add_registrations(kPerUser);
  site.moodle().set_latency(latency(kEnrolments));
  const double ours = timed_sync(site, scale);
  sim::MoodleSim old_way;
  sim::MoodleSim raw;
  const Load load = enrolments(old_way, static_cast<std::size_t>(count), kPerUser);
  const Load same = enrolments(raw, static_cast<std::size_t>(count), kPerUser);
  old_way.set_latency(latency(kEnrolments));
  raw.set_latency(latency(kEnrolments));
  compare(table, "enrolments", ours, one_by_one(access(old_way), load).seconds,
          in_batches(access(raw), same, 100, kConnections).seconds, 12);
}

}  // namespace moodlesync::bench
