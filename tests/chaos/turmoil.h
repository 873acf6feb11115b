#pragma once

#include <functional>
#include <string>

#include "chaos/dice.h"
#include "chaos/instances.h"
#include "chaos/tally.h"
#include "support/fault_proxy/fault_proxy.h"
#include "support/moodle_sim/moodle_sim.h"
#include "support/postgres_cluster/postgres_cluster.h"

namespace moodlesync::chaos {

/// What things go wrong with; all must outlive the Turmoil.
struct Victims {
  Instances& instances;
  testsupport::PostgresCluster& cluster;
  sim::MoodleSim& moodle;
  testsupport::FaultProxy& network;
  /// Called when the database is back: all sessions are gone.
  std::function<void()> reconnect;
  /// Ends the daemons' database sessions, whatever they are at.
  std::function<void()> cut_sessions;
};

/// Everything that goes wrong, blow by blow. The same seed gives the same blows in the same order;
/// what exactly they hit depends on the moment.
class Turmoil {
 public:
  Turmoil(Victims victims, Dice dice, Tally& tally)
      : victims_(std::move(victims)), dice_(dice), tally_(tally) {}

  /// One blow; says in words what it was.
  std::string act();
  /// From now on nothing goes wrong any more.
  void end();

 private:
  using Blow = std::string (Turmoil::*)();

  std::string kill_one();
  std::string kill_at_answer();
  std::string break_moodle();
  std::string break_network();
  std::string restart_database();
  std::string cut_sessions();
  std::string freeze_one();
  std::string stop_one();

  Victims victims_;
  Dice dice_;
  Tally& tally_;
};

}  // namespace moodlesync::chaos
