#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "moodle_clients.h"
#include "support/sync_rig/sync_rig.h"

namespace moodlesync::bench {

/// How accounts are made. One with a password is the dearest row that there is: Moodle hashes it.
enum class Accounts { kWithoutPassword, kWithPassword };

/// A Drupal site that is kept in step with that Moodle.
class OurSite {
 public:
  /// `stamp`: begins the names of all that is made; unlike any that this Moodle has seen.
  OurSite(const SyncRig::MoodleAccess& moodle, std::string stamp,
          Accounts accounts = Accounts::kWithoutPassword);

  void add_users(std::size_t count);
  /// In a category of their own, which is in Moodle when this returns.
  void add_courses(std::size_t count);
  /// Of users and courses that were added, no pair of them twice.
  void add_enrolments(std::size_t count);

  /// Until nothing is due. Throws when something is parked.
  void sync();

 private:
  void append(std::vector<std::int64_t>& to, const std::string& type,
              const std::vector<testsupport::NewEntity>& many);

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
  TheirLoads(const SyncRig::MoodleAccess& moodle, std::string stamp)
      : moodle_(moodle), stamp_(std::move(stamp)) {}

  Load users(std::size_t count, Accounts accounts = Accounts::kWithoutPassword);
  /// In a category of their own.
  Load courses(std::size_t count);
  /// Course by course, so that Moodle does what it does for each course as seldom as can be.
  Load enrolments(std::size_t count);

  /// What may be enrolled, and where.
  void keep_users(const std::vector<std::int64_t>& ids) { keep(users_, ids); }
  void keep_courses(const std::vector<std::int64_t>& ids) { keep(courses_, ids); }

 private:
  static void keep(std::vector<std::int64_t>& all, const std::vector<std::int64_t>& more) {
    all.insert(all.end(), more.begin(), more.end());
  }

  SyncRig::MoodleAccess moodle_;
  std::string stamp_;
  std::int64_t made_ = 0;
  std::vector<std::int64_t> users_;
  std::vector<std::int64_t> courses_;
  std::size_t enrolments_made_ = 0;
};

}  // namespace moodlesync::bench
