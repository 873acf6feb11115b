#include "chaos/turmoil.h"

#include <array>
#include <thread>

namespace moodlesync::chaos {

namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using testsupport::NetworkFault;

struct MoodleFault {
  const char* name;
  sim::Fault (*make)();
};

/// Silence ends long before the daemon's patience does: a round must come to its end.
constexpr milliseconds kSilence{1500};

sim::Fault hang() { return sim::Fault::hang().lasting(kSilence); }
sim::Fault unanswered() { return sim::Fault::unanswered().lasting(kSilence); }
sim::Fault bad_gateway() { return sim::Fault::status(502); }
sim::Fault error_after_work() { return sim::Fault::status(500).after_work(); }
sim::Fault deadlock() { return sim::Fault::exception("dmlwriteexception"); }

constexpr auto kMoodleFaults = std::to_array<MoodleFault>({
    {"a bad gateway", bad_gateway},
    {"an error after the work", error_after_work},
    {"maintenance", sim::Fault::maintenance},
    {"an HTML page", sim::Fault::html},
    {"garbage", sim::Fault::garbage},
    {"an empty answer", sim::Fault::empty},
    {"half a JSON", sim::Fault::truncated},
    {"a deadlock", deadlock},
    {"a hang before the work", hang},
    {"a hang after the work", unanswered},
    {"a cut before the work", sim::Fault::cut},
    {"a cut after the work", sim::Fault::lost_answer},
    {"a cut in the answer", sim::Fault::cut_midway},
});

struct NamedNetworkFault {
  const char* name;
  NetworkFault::Kind kind;
};

constexpr auto kNetworkFaults = std::to_array<NamedNetworkFault>({
    {"a refused connection", NetworkFault::Kind::kRefuse},
    {"a request cut in two", NetworkFault::Kind::kCutRequest},
    {"a lost answer", NetworkFault::Kind::kLoseAnswer},
    {"half an answer", NetworkFault::Kind::kHalveAnswer},
    {"a late answer", NetworkFault::Kind::kDelayAnswer},
    {"a half-open connection", NetworkFault::Kind::kGoSilent},
});

}  // namespace

std::string Turmoil::act() {
  struct Choice {
    std::size_t weight;
    Blow blow;
  };
  static constexpr auto kChoices = std::to_array<Choice>({
      {34, &Turmoil::kill_one},
      {18, &Turmoil::kill_at_answer},
      {17, &Turmoil::break_moodle},
      {11, &Turmoil::break_network},
      {8, &Turmoil::restart_database},
      {4, &Turmoil::cut_sessions},
      {3, &Turmoil::freeze_one},
      {5, &Turmoil::stop_one},
  });
  std::size_t drawn = dice_.below(100);
  const auto* chosen = kChoices.begin();
  while (drawn >= chosen->weight) drawn -= chosen++->weight;
  return (this->*chosen->blow)();
}

std::string Turmoil::kill_one() {
  const std::size_t which = dice_.below(victims_.instances.size());
  victims_.instances.kill(which);
  return "instance " + std::to_string(which + 1) + " killed";
}

/// The moment that matters most: Moodle has done the work, and nothing of it is stored yet. With
/// all at once, as in a power cut, no other instance is there to pick it up.
std::string Turmoil::kill_at_answer() {
  const bool before = dice_.percent(50);
  const microseconds pause(dice_.below(4000));
  const auto strike = [&instances = victims_.instances, pause, before] {
    if (!before) std::this_thread::sleep_for(pause);
    instances.kill_all();
  };
  victims_.network.arm({before ? NetworkFault::Kind::kTellBefore : NetworkFault::Kind::kTellAfter,
                        milliseconds{0}, strike});
  return std::string("all will be killed ") + (before ? "before" : "just after") +
         " the next answer is delivered";
}

std::string Turmoil::break_moodle() {
  const MoodleFault& fault = kMoodleFaults.at(dice_.below(kMoodleFaults.size()));
  const std::size_t later = 1 + dice_.below(4);
  victims_.moodle.inject(fault.make().nth(static_cast<int>(later)));
  return std::string("Moodle: ") + fault.name + " at request " + std::to_string(later) +
         " from here";
}

std::string Turmoil::break_network() {
  const NamedNetworkFault& fault = kNetworkFaults.at(dice_.below(kNetworkFaults.size()));
  victims_.network.arm({fault.kind, dice_.up_to(kSilence), {}});
  return std::string("network: ") + fault.name;
}

std::string Turmoil::restart_database() {
  const bool crash = dice_.percent(50);
  const milliseconds pause = dice_.up_to(milliseconds{600});
  if (crash) {
    victims_.cluster.crash();
  } else {
    victims_.cluster.stop();
  }
  std::this_thread::sleep_for(pause);
  victims_.cluster.start();
  victims_.reconnect();
  ++tally_.database_restarts;
  tally_.database_crashes += crash ? 1 : 0;
  return crash ? "the database crashed" : "the database was restarted";
}

std::string Turmoil::cut_sessions() {
  victims_.cut_sessions();
  ++tally_.database_cuts;
  return "database sessions cut";
}

/// Longer than a lease at times: it wakes up as somebody whose work others have taken over.
std::string Turmoil::freeze_one() {
  const std::size_t which = dice_.below(victims_.instances.size());
  const milliseconds time = dice_.up_to(milliseconds{9000});
  victims_.instances.freeze(which, time);
  ++tally_.freezes;
  return "instance " + std::to_string(which + 1) + " frozen";
}

std::string Turmoil::stop_one() {
  const std::size_t which = dice_.below(victims_.instances.size());
  victims_.instances.ask_to_stop(which);
  ++tally_.orderly_stops;
  return "instance " + std::to_string(which + 1) + " told to stop";
}

void Turmoil::end() {
  victims_.moodle.clear_faults();
  victims_.network.disarm();
  victims_.instances.thaw_all();
}

}  // namespace moodlesync::chaos
