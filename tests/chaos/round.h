#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "chaos/tally.h"

namespace moodlesync::chaos {

struct RoundOptions {
  std::filesystem::path program;  ///< moodle-syncd
  std::uint64_t seed = 1;
  int steps = 400;  ///< Things that editors do and that go wrong.
  std::size_t instances = 2;
  bool keep = false;  ///< Logs and trace of a good round too.
};

struct RoundReport {
  Tally tally;
  std::vector<std::string> faults;  ///< Why it failed, a sentence each; empty: it did not.
  std::filesystem::path kept;       ///< Where logs and trace are, if they were kept.
};

/// One round: a new campus and a new Moodle, daemons between them; editors at work while everything
/// breaks; then calm, until the queue is empty or nothing can be hoped for; then both sides are
/// compared.
///
/// The seed decides what the editors do and which blows fall, and in which order. What a blow hits
/// depends on the machine, so a failure that needs an unlucky moment may take a few runs.
///
/// Threads: call from the main thread only (PostgresCluster). Errors: exceptions of the test's own
/// Drupal and PostgreSQL.
[[nodiscard]] RoundReport run_round(const RoundOptions& options);

}  // namespace moodlesync::chaos
