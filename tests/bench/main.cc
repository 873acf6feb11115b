// ./dev bench: what the daemon costs and what it gains, as one table.
#include <CLI/CLI.hpp>
#include <array>
#include <cstdlib>
#include <exception>
#include <fstream>
#include <iostream>
#include <string>

#include "measurements.h"
#include "real_moodle.h"
#include "support/postgres_cluster/postgres_cluster.h"

namespace {

using moodlesync::bench::BenchTable;
using moodlesync::bench::Scale;

struct Measurement {
  const char* name;
  void (*run)(const Scale&, BenchTable&);
};
/// Ratios first: they say the same on every machine.
constexpr std::array kMeasurements{
    Measurement{"ratios/users", moodlesync::bench::measure_users},
    Measurement{"ratios/courses", moodlesync::bench::measure_courses},
    Measurement{"ratios/enrolments", moodlesync::bench::measure_enrolments},
    Measurement{"capture", moodlesync::bench::measure_capture},
    Measurement{"start", moodlesync::bench::measure_start},
    Measurement{"latency", moodlesync::bench::measure_idle_latency},
    Measurement{"drain", moodlesync::bench::measure_drain},
    Measurement{"resync", moodlesync::bench::measure_resync},
    Measurement{"memory", moodlesync::bench::measure_memory},
};

std::string first_line(const std::string& file) {
  std::ifstream in(file);
  std::string line;
  std::getline(in, line);
  return line;
}

/// "ratios" asks for "ratios/users" and the others of its kind.
bool is_asked_for(const std::string& name, const std::string& only) {
  return only.empty() || name == only || name.starts_with(only + "/");
}

void measure_simulated(const std::string& only, const Scale& scale, BenchTable& table) {
  for (const Measurement& measurement : kMeasurements) {
    if (!is_asked_for(measurement.name, only)) continue;
    std::cerr << "measuring " << measurement.name << " …\n";
    measurement.run(scale, table);
  }
}

void measure_real(const moodlesync::testsupport::SyncRig::MoodleAccess& moodle,
                  const std::string& only, const Scale& scale, BenchTable& table) {
  const auto is_wanted = [&](const std::string& what) {
    return is_asked_for("ratios/" + what, only);
  };
  moodlesync::bench::measure_real_moodle(moodle, is_wanted, scale, table);
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App program("Measures moodle-syncd against a simulated Moodle and prints one table.");
  bool json = false;
  std::string only;
  Scale scale;
  program.add_flag("--json", json, "Print the table as JSON");
  program.add_option(
      "--only", only,
      "ratios (or one: ratios/users, /courses, /enrolments), capture, start, latency, "
      "drain, resync or memory");
  program.add_option("--scale", scale.factor, "Less than 1: a quicker and rougher look")
      ->check(CLI::Range(0.001, 10.0));
  program.add_flag("--statements", scale.statements,
                   "Print the statements that PostgreSQL was busy with in the drain");
  program.add_flag("--calls", scale.calls, "Print the calls that our way to the ratios took");
  std::string moodle;
  std::string token_file;
  CLI::Option* url = program.add_option(
      "--moodle", moodle,
      "http://HOST[:PORT] of a real Moodle to be thrown away afterwards: take the ratios there, "
      "and nothing else");
  CLI::Option* token =
      program.add_option("--token-file", token_file, "The token for it, in a file")
          ->needs(url)
          ->check(CLI::ExistingFile);
  url->needs(token);
  CLI11_PARSE(program, argc, argv);
  // As on a real server: on a disk, with plans by statistics, and commits that reach its cache.
  setenv("MOODLESYNC_CLUSTERS", "/tmp", /*overwrite=*/0);
  moodlesync::testsupport::PostgresCluster::prefer(
      {"autovacuum=on", "autovacuum_naptime=5s", "shared_buffers=256MB", "max_connections=60",
       "shared_preload_libraries=pg_stat_statements", "pg_stat_statements.track_planning=on"});
  BenchTable table;
  try {
    if (moodle.empty()) {
      measure_simulated(only, scale, table);
    } else {
      measure_real({moodle, first_line(token_file)}, only, scale, table);
    }
  } catch (const std::exception& error) {
    std::cerr << "the measurement could not be made: " << error.what() << "\n";
    return EXIT_FAILURE;
  }
  if (json) {
    table.print_json(std::cout);
  } else {
    table.print(std::cout);
  }
  return 0;
}
