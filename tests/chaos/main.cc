// moodle-syncd-chaos: the daemon on a campus where everything breaks, round after round.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <random>

#include "chaos/round.h"

namespace {

using namespace moodlesync;

struct Flags {
  int rounds = 10;
  chaos::RoundOptions round{.program = MOODLESYNC_DAEMON, .seed = std::random_device{}()};
};

void report(int number, const chaos::RoundOptions& options, const chaos::RoundReport& report) {
  std::printf("round %d, seed %llu: %s\n", number, static_cast<unsigned long long>(options.seed),
              report.tally.summary().c_str());
  if (!report.kept.empty()) std::printf("  logs, trace and links: %s\n", report.kept.c_str());
  if (report.faults.empty()) return;
  for (const std::string& fault : report.faults) std::printf("  %s\n", fault.c_str());
  std::printf("  FAILED; again: ./dev chaos --rounds 1 --seed %llu --steps %d --instances %zu\n",
              static_cast<unsigned long long>(options.seed), options.steps, options.instances);
}

int run_rounds(Flags flags) {
  chaos::Tally all;
  int failed = 0;
  for (int number = 1; number <= flags.rounds; ++number, ++flags.round.seed) {
    try {
      const chaos::RoundReport one = chaos::run_round(flags.round);
      report(number, flags.round, one);
      all += one.tally;
      failed += one.faults.empty() ? 0 : 1;
      std::printf("  so far %d kills, %d database restarts, %d faults, %d rounds failed\n",
                  all.kills, all.database_restarts, all.moodle_faults + all.network_faults, failed);
    } catch (const std::exception& error) {
      // The test's own Drupal or PostgreSQL: the next round has new ones.
      std::printf("round %d, seed %llu: BROKE OFF: %s\n", number,
                  static_cast<unsigned long long>(flags.round.seed), error.what());
      ++failed;
    }
  }
  std::printf("\n%d rounds, %d failed: %s\n", flags.rounds, failed, all.summary().c_str());
  std::printf("from a kill to the next stored outcome: %s\n", all.recovery.summary().c_str());
  std::printf("from a kill until its last task is taken over: %s\n", all.rescue.summary().c_str());
  return failed == 0 ? 0 : 1;
}

int run(int argc, char** argv) {
  Flags flags;
  CLI::App app("moodle-syncd between a Drupal and a Moodle where everything breaks");
  app.add_option("--rounds", flags.rounds, "How many")->capture_default_str();
  app.add_option("--seed", flags.round.seed, "Of the first round; each next one has the next");
  app.add_option("--steps", flags.round.steps, "Edits and blows in a round")->capture_default_str();
  app.add_option("--instances", flags.round.instances, "Daemons at once")->capture_default_str();
  app.add_option("--daemon", flags.round.program, "The moodle-syncd to try")->capture_default_str();
  app.add_flag("--keep", flags.round.keep, "Keep the logs of good rounds too");
  CLI11_PARSE(app, argc, argv);
  return run_rounds(flags);
}

}  // namespace

int main(int argc, char** argv) {
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  try {
    return run(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "moodle-syncd-chaos: %s\n", error.what());
    return 70;
  }
}
