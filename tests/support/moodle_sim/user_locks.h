#pragma once

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <set>
#include <utility>

#include "support/moodle_sim/php_value.h"

namespace moodlesync::sim {

/// The rows of table cache_flags in which Moodle notes, with each role that is given or taken, that
/// the user's rights have changed (Moodle 5.1, lib/accesslib.php, mark_user_dirty). They stay
/// locked until the call's transaction ends, so that calls that concern the same user wait for each
/// other. Here a call takes all of them at once: none ever deadlocks.
///
/// Threads: any.
class UserLocks {
 public:
  /// Held until it goes.
  class Held {
   public:
    Held(UserLocks& locks, std::set<Id> users) : locks_(&locks), users_(std::move(users)) {}
    Held(const Held&) = delete;
    Held& operator=(const Held&) = delete;
    ~Held() { locks_->give_back(users_); }

   private:
    UserLocks* locks_;
    std::set<Id> users_;
  };

  /// Waits until no other call holds any of them.
  [[nodiscard]] Held hold(std::set<Id> users) {
    std::unique_lock lock(mutex_);
    condition_.wait(lock, [&] {
      return std::ranges::none_of(users, [this](Id user) { return held_.contains(user); });
    });
    held_.insert(users.begin(), users.end());
    return {*this, std::move(users)};
  }

 private:
  void give_back(const std::set<Id>& users) {
    {
      const std::lock_guard lock(mutex_);
      for (const Id user : users) held_.erase(user);
    }
    condition_.notify_all();
  }

  std::mutex mutex_;
  std::condition_variable condition_;
  std::set<Id> held_;
};

}  // namespace moodlesync::sim
