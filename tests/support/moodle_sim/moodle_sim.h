#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "support/moodle_sim/faults.h"
#include "support/moodle_sim/settings.h"
#include "support/moodle_sim/site.h"

namespace moodlesync::sim {

/// How long requests take. All zero: as fast as the machine allows.
struct Latency {
  std::chrono::microseconds per_request{0};
  std::chrono::microseconds per_row{0};  ///< Of a call that writes; what is not there is read fast.
  std::map<std::string, std::chrono::microseconds> per_call_of = {};  ///< On top, by function name.
  /// Requests that are worked on at once, as on a server with so many cores; the others wait. 0: no
  /// limit.
  std::size_t cores = 0;
};

struct Options {
  int port = 0;  ///< 0: one that is free.
  Settings settings = {};
  Latency latency = {};
  std::size_t threads = 64;         ///< Most connections served at once, held and hanging ones too.
  std::size_t kept_calls = 20'000;  ///< Older calls leave the log; counts stay right.
};

/// One request, as the log has it.
struct Call {
  std::string function;  ///< As PHP saw it: "" when the body was cut before it.
  std::size_t rows = 1;
  std::string query;
  std::string body;   ///< As received, token and all.
  bool done = false;  ///< Whether Moodle got to see it; a fault may have been in the way.

  /// The body's variables in the order in which they were sent, not cut.
  [[nodiscard]] std::vector<FormVariable> variables() const { return split_form(body); }
  /// The first variable of that name, or "".
  [[nodiscard]] std::string variable(const std::string& name) const;
};

/// A truthful Moodle for tests: the REST functions of a stock 5.1 over loopback HTTP, with its
/// types, checks, error codes, transactions and quirks, and with faults on demand.
///
///     MoodleSim sim;                                     // listens on a free port
///     const Id category = sim.create_category({.name = "Physics", .idnumber = "17"});
///     sim.inject(Fault::status(502).on("core_course_create_courses"));
///     … run the code under test against sim.url() with sim.token() …
///     EXPECT_EQ(sim.count("core_course_create_courses"), 2);
///     EXPECT_NE(sim.state()->course_with_idnumber("42"), nullptr);
///
/// Held requests make "while the answer is under way" deterministic:
///
///     Gate gate = sim.hold("core_user_create_users");
///     … start the code …  ASSERT_TRUE(gate.wait_for(1));  …  gate.release();
///
/// Lifetime: the destructor ends hangs, opens gates, closes connections and waits for its threads.
/// Threads:  every member may be called from any thread. state() keeps all calls waiting while
/// held.
class MoodleSim {
 public:
  explicit MoodleSim(Options options = {});
  ~MoodleSim();
  MoodleSim(const MoodleSim&) = delete;
  MoodleSim& operator=(const MoodleSim&) = delete;

  [[nodiscard]] std::string url() const;  ///< wwwroot: http://127.0.0.1:PORT
  [[nodiscard]] std::string token() const;

  /// The site's rows, locked until the returned value goes. Keep it for one statement or a short
  /// scope.
  class State {
   public:
    State(Site& site, std::mutex& mutex) : lock_(mutex), site_(&site) {}
    Site* operator->() const { return site_; }
    Site& operator*() const { return *site_; }

   private:
    std::unique_lock<std::mutex> lock_;
    Site* site_;
  };
  [[nodiscard]] State state();

  /// Changes settings for the requests that come from now on.
  void change_settings(const std::function<void(Settings&)>& change);
  [[nodiscard]] Settings settings() const;
  void set_latency(std::chrono::microseconds per_request, std::chrono::microseconds per_row);
  void set_latency(Latency latency);

  void inject(Fault fault);
  void clear_faults();
  [[nodiscard]] int faults_struck() const;  ///< Requests that a fault befell so far.
  /// Holds every request of `function` ("" for all) before or after the work.
  [[nodiscard]] Gate hold(std::string function, Gate::Place place = Gate::Place::kBeforeWork);

  [[nodiscard]] std::vector<Call> calls() const;
  [[nodiscard]] std::vector<Call> calls(const std::string& function) const;
  /// Requests of the function so far, also those that a fault kept from Moodle; "" counts all.
  [[nodiscard]] int count(const std::string& function = "") const;
  /// Rows of all those requests.
  [[nodiscard]] std::size_t rows(const std::string& function) const;
  void clear_calls();
  /// Called on the serving thread for each request before anything is done with it.
  void on_call(std::function<void(const Call&)> observer);

  /// Rows made by the "administrator", without checks. Ids are given by the site.
  Id create_category(Category category);
  Id create_course(Course course);
  Id create_user(User user);
  Id create_cohort(Cohort cohort);
  Id enrol(Id course, Id user, Id role = 5);
  void add_member(Id cohort, Id user);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace moodlesync::sim
