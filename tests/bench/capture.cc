// What the triggers cost a save in Drupal.
#include <thread>

#include "bench_site.h"
#include "measurements.h"

namespace moodlesync::bench {

namespace {

constexpr int kRounds = 11;

/// Saves courses as an editor does, from `clients` PHP processes at once; seconds per save.
double save_courses(BenchSite& site, std::size_t clients, int saves) {
  const auto& courses = site.campus().courses();
  std::vector<testsupport::DrupalSite> processes;
  for (std::size_t i = 0; i < clients; ++i)
    processes.push_back(site.rig().drupal().another_process());
  const auto start = std::chrono::steady_clock::now();
  {
    std::vector<std::jthread> threads;
    for (std::size_t client = 0; client < clients; ++client) {
      threads.emplace_back([&, client] {
        for (int i = 0; i < saves; ++i) {
          const std::size_t course =
              (client + static_cast<std::size_t>(i) * clients) % courses.size();
          processes[client].save_node(courses[course],
                                      {.fields = {{"field_ects", {std::to_string(i)}}}});
        }
      });
    }
  }
  return seconds_since(start) / saves;
}

/// All of ours, wherever they are. `how`: ENABLE or DISABLE.
void switch_triggers(BenchSite& site, const std::string& how) {
  const std::string script = site.rig().drupal().sql().text(
      "SELECT string_agg(format('ALTER TABLE %s " + how +
      " TRIGGER %I', t.tgrelid::regclass, t.tgname), ';') FROM pg_trigger t JOIN pg_proc f ON "
      "f.oid = t.tgfoid WHERE f.pronamespace = 'moodle_sync'::regnamespace AND NOT t.tgisinternal");
  site.rig().drupal().sql().script(script);
}

}  // namespace

void measure_capture(const Scale& scale, BenchTable& table) {
  BenchSite site;
  site.campus().add_courses(200, 0);
  for (const std::size_t clients : {std::size_t{1}, std::size_t{16}}) {
    std::vector<double> times_as_long;
    // Many short turns, each held against the one beside it: a machine that is busy for a second
    // meets both.
    for (int round = 0; round < kRounds; ++round) {
      switch_triggers(site, "DISABLE");
      const double without = save_courses(site, clients, scale.of(100));
      switch_triggers(site, "ENABLE");
      times_as_long.push_back(save_courses(site, clients, scale.of(100)) / without);
    }
    table.at_most("capture: on top of a course's save, " + std::to_string(clients) + " editor(s)",
                  (median(times_as_long) - 1) * 100, "%", 4);
  }
}

}  // namespace moodlesync::bench
