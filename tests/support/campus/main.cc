// drupal-sim: a university on a Drupal-shaped database, for trying the daemon out and for checks in
// which it is a service or a container. With --edit-every an editor goes on working until SIGINT or
// SIGTERM.
#include <CLI/CLI.hpp>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <exception>
#include <string>

#include "support/campus/campus_people.h"

namespace {

using moodlesync::testsupport::Campus;
using moodlesync::testsupport::CampusPeople;
using moodlesync::testsupport::DrupalSite;

struct Flags {
  std::string database;
  int courses = 40;
  int users = 200;
  int edit_every_s = 0;
  int trash_bin = 1;
};

constexpr int kCohorts = 10;
constexpr int kTemplates = 3;
constexpr int kRegistrationsEach = 2;

sigset_t end_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  return signals;
}

/// True when it is time to end.
bool wait_for_end(int seconds) {
  const sigset_t signals = end_signals();
  const timespec time{seconds, 0};
  return sigtimedwait(&signals, nullptr, &time) > 0;
}

void edit(Campus& campus, int number) {
  DrupalSite& site = campus.site();
  const auto& courses = campus.courses();
  const std::int64_t nid = courses.at(static_cast<std::size_t>(number) % courses.size());
  const std::string title = "Course " + std::to_string(nid) + ", edition " + std::to_string(number);
  site.save_node(nid, {.base = {{"title", title}}});
  std::printf("node %lld is called '%s' now\n", static_cast<long long>(nid), title.c_str());
  std::fflush(stdout);
}

int build(const Flags& flags) {
  DrupalSite site(flags.database);
  Campus campus(site);
  CampusPeople people(campus);
  campus.add_sections();
  campus.add_templates(kTemplates);
  campus.add_courses(flags.courses);
  people.add_cohorts(kCohorts);
  people.add_roles();
  people.add_users(flags.users);
  people.add_registrations(kRegistrationsEach);
  people.add_participants();
  std::printf("%zu categories, %zu courses, %zu users, %zu registrations\n",
              campus.sections().size(), campus.courses().size(), people.users().size(),
              people.registrations().size());
  std::fflush(stdout);
  for (int number = 1; flags.edit_every_s > 0 && !wait_for_end(flags.edit_every_s); ++number) {
    edit(campus, number);
  }
  return EXIT_SUCCESS;
}

void declare(CLI::App& app, Flags& flags) {
  app.require_subcommand(1);
  CLI::App* site = app.add_subcommand("build", "Fill an empty database");
  site->add_option("--database", flags.database, "libpq connection string")->required();
  site->add_option("--courses", flags.courses)->capture_default_str();
  site->add_option("--users", flags.users)->capture_default_str();
  site->add_option("--edit-every", flags.edit_every_s, "seconds; then rename a course that often");
  app.add_subcommand("components", "Print the components: of a configuration for it")
      ->add_option("--trash-bin", flags.trash_bin, "id of the category for deleted ones in Moodle")
      ->capture_default_str();
}

}  // namespace

int main(int argc, char** argv) {
  const sigset_t signals = end_signals();
  sigprocmask(SIG_BLOCK, &signals, nullptr);
  CLI::App app("A simulated Drupal site: a university in a PostgreSQL database", "drupal-sim");
  Flags flags;
  declare(app, flags);
  CLI11_PARSE(app, argc, argv);
  try {
    if (app.got_subcommand("build")) return build(flags);
    std::printf("%s%s", Campus::components_yaml(flags.trash_bin).c_str(),
                CampusPeople::components_yaml().c_str());
    return EXIT_SUCCESS;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "drupal-sim: %s\n", error.what());
    return EXIT_FAILURE;
  }
}
