#include "real_moodle.h"

#include <functional>

#include "competition.h"
#include "contestants.h"
#include "moodle_clients.h"

namespace moodlesync::bench {

namespace {

using Access = SyncRig::MoodleAccess;

/// How a script sends a load. Which is best depends on the Moodle, so that a few are tried.
struct Shape {
  std::size_t rows;
  std::size_t connections;
  bool has_own_users = false;  ///< Each connection: no two of them send rows of one user.
};

std::string text(const Shape& shape) {
  return "calls of " + std::to_string(shape.rows) + " on " + std::to_string(shape.connections) +
         " connection(s)" + (shape.has_own_users ? ", each its own users" : "");
}

/// Unlike any that this Moodle has seen.
std::string new_stamp() {
  return "b" + std::to_string(std::chrono::duration_cast<std::chrono::seconds>(
                                  std::chrono::system_clock::now().time_since_epoch())
                                  .count());
}

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
/// So many users that none of those scripts is left with a call for one connection alone.
constexpr int kUsers = 600;

/// As a script does it; seconds.
double send(const Access& moodle, const Discipline& one, std::size_t count, const Shape& shape) {
  const Load load = one.theirs(count);
  if (shape.has_own_users)
    return apart_in_batches(moodle, load, shape.rows, shape.connections, "userid");
  const Sent sent = in_batches(moodle, load, shape.rows, shape.connections);
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
    all.by_hand.push_back({"by hand, " + text(shape), one.count, by_hand(one.count, shape)});
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
                         .count = of(kUsers),
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
                              .shapes = {{100, 2}, {100, 3}, {100, 2, true}, {100, 3, true}},
                              .theirs = [&](std::size_t count) { return theirs.enrolments(count); },
                              .keep = [](const auto&) {},
                              .add_ours = [&](std::size_t count) { ours.add_enrolments(count); },
                              .sync = sync};
  if (is_wanted(users.what)) {
    compete_with_passwords(moodle, stamp, theirs, of(kUsers), table);
    compete(moodle, users, table);
  }
  if (is_wanted(courses.what)) compete(moodle, courses, table);
  if (!is_wanted(enrolments.what)) return;
  // Enough of them for every pair to be a new one, which somebody enrolled already is not.
  make(moodle, users, of(1'600));
  make(moodle, courses, of(80));
  compete(moodle, enrolments, table);
}

}  // namespace moodlesync::bench
