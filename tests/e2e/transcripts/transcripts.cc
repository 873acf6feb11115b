// Writes docs/commands.md: what the commands really answer, on a Drupal site and a simulated
// Moodle. What differs from run to run (ports, times, process numbers) is replaced by what a reader
// may expect.
#include <csignal>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <regex>
#include <string>
#include <vector>

#include "support/daemon_rig/daemon_rig.h"

namespace moodlesync {
namespace {

using testsupport::DaemonRig;

std::string replaced(const std::string& text, const std::string& pattern, const std::string& by) {
  return std::regex_replace(text, std::regex(pattern), by);
}

/// The page, and the site on which its commands are run.
class Transcript {
 public:
  explicit Transcript(std::ostream& out) : out_(out) {
    out_ << "# What the commands answer\n\n"
            "Written by `./dev transcripts`, which runs each of them on a Drupal site and a "
            "simulated Moodle. Do not edit by hand.\n";
  }

  DaemonRig& rig() { return rig_; }

  void chapter(const std::string& title, const std::string& text) {
    out_ << "\n## " << title << "\n\n" << text << "\n";
  }

  /// Runs a command, writes what it was and what it answered; `most`: so many lines of it.
  void show(const std::vector<std::string>& words, std::size_t most = 60) {
    const testsupport::Finished finished = rig_.command(words);
    std::string line = "moodle-syncd";
    for (const std::string& word : words) line += " " + quoted(word);
    out_ << "\n```console\n$ " << line << "\n" << shortened(masked(finished.output), most);
    if (finished.code != 0) out_ << "(exit code " << finished.code << ")\n";
    out_ << "```\n";
  }

  /// What the reader does not see.
  void run(const std::vector<std::string>& words) { static_cast<void>(rig_.command(words)); }

  void let_the_daemon_start() {
    rig_.start();
    static_cast<void>(DaemonRig::wait_until([this] {
      return rig_.command({"status"}).output.find("Moodle answers") != std::string::npos;
    }));
  }

 private:
  static std::string quoted(const std::string& word) {
    return word.find(' ') == std::string::npos ? word : "'" + word + "'";
  }

  static std::string shortened(const std::string& text, std::size_t most) {
    std::size_t at = 0;
    for (std::size_t lines = 0; lines < most; ++lines) {
      const std::size_t end = text.find('\n', at);
      if (end == std::string::npos) return text;
      at = end + 1;
    }
    return at >= text.size() ? text : text.substr(0, at) + "...\n";
  }

  [[nodiscard]] std::string masked(std::string text) const {
    text = replaced(text, "http://127\\.0\\.0\\.1:[0-9]+", "https://moodle.example");
    text = replaced(text, rig_.config().string(), "/etc/moodle-syncd/moodle-syncd.yaml");
    text = replaced(text, "[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+Z", "2026-03-01T10:15:00.123Z");
    text = replaced(text, "duration_ms=[0-9]+", "duration_ms=41");
    text = replaced(text, "[^ ]+ \\(pid [0-9]+, version [^)]+\\)", "vm1 (pid 4711, version 0.1.0)");
    text = replaced(text, "(since |for )[0-9]+s\\b", "$012s");
    text = replaced(text, "[0-9]+s( ago|  \\[)", "2s$1");
    text = replaced(text, "the role [^ ]+ has", "the role moodle_syncd has");
    text = replaced(text, "connection: \"[^\"]+\"", "connection: dbname=drupal");
    text = replaced(text, "[0-9]+ requests? to Moodle", "12 requests to Moodle");
    return replaced(text, rig_.config().parent_path().string(), "/var/lib/moodle-syncd");
  }

  std::ostream& out_;
  DaemonRig rig_{MOODLESYNC_DAEMON};
};

void set_up(Transcript& page) {
  page.chapter("Setting up",
               "The configuration alone, then everything; `install` puts schema and "
               "triggers into Drupal's database.");
  page.show({"check", "--config-only"});
  page.show({"install"});
  page.show({"check"});
  page.chapter("The configuration as it counts", "With the defaults, and where each value stands.");
  page.show({"config", "print"}, 24);
}

std::string entity(std::int64_t nid) { return "node:" + std::to_string(nid); }

/// Somebody works in Moodle by hand.
void spoil(sim::MoodleSim& moodle, std::int64_t nid) {
  const auto state = moodle.state();
  sim::Course course = *state->course_with_idnumber(std::to_string(nid));
  course.fullname = "Algebra (copy)";
  state->courses.update(course);
}

void drift(Transcript& page, std::int64_t nid) {
  DaemonRig& rig = page.rig();
  static_cast<void>(rig.stop(SIGTERM));
  spoil(rig.moodle(), nid);
  page.chapter("Is Moodle still as Drupal says?",
               "Somebody renamed a course in Moodle. `reconcile` finds it, `--fix` queues it; "
               "`resync` has all looked at again.");
  page.show({"reconcile"});
  page.show({"reconcile", "--fix"});
  page.run({"once"});
  page.show({"reconcile"});
  page.show({"resync", "--component", "course"});
}

void work(Transcript& page) {
  DaemonRig& rig = page.rig();
  rig.configure("");
  static_cast<void>(rig.moodle().create_course({.fullname = "Old", .shortname = "ALG-2"}));
  const auto good =
      rig.drupal().create_node("course", "Algebra I", {{"field_shortname", {"ALG-1"}}});
  const auto bad =
      rig.drupal().create_node("course", "Algebra II", {{"field_shortname", {"ALG-2"}}});
  page.chapter("What would be done",
               "Two courses were saved in Drupal. `plan` does what a daemon does, but for telling "
               "Moodle; `plan --all` looks at every entity.");
  page.show({"plan"});
  page.chapter("A first run",
               "The short name of one is taken in Moodle. One line for each of them.");
  page.show({"--log-level", "info", "once"});
  page.chapter("What is going on", "While a daemon runs.");
  page.let_the_daemon_start();
  page.show({"status"});
  page.chapter("Why is my course not in Moodle?",
               "`explain` answers it, for one that is, and for "
               "one that is not.");
  page.show({"explain", entity(good)});
  page.show({"explain", entity(bad)});
  page.chapter("Parked tasks", "What somebody must look at.");
  page.show({"parked", "list"});
  page.show({"parked", "show", entity(bad)});
  page.show({"parked", "drop", "--entity", entity(bad)});
  page.chapter("Pausing", "Before an upgrade of Moodle, for instance.");
  page.show({"pause", "course", "--reason", "upgrade of Moodle"});
  page.show({"resume", "course"});
  drift(page, good);
}

void brake(Transcript& page) {
  DaemonRig& rig = page.rig();
  rig.campus().add_courses(25, 1000);
  page.run({"once"});
  rig.drupal().remove("node", rig.campus().courses());
  page.chapter("The brake", "All courses are gone from Drupal at once: an accident, or not.");
  page.show({"--log-level", "warning", "once"});
  page.show({"brake", "list"});
  page.show({"brake", "drop"});
  page.show({"brake", "allow", "course"});
}

void mistakes(Transcript& page) {
  page.chapter("Mistakes", "They are answered with what was probably meant.");
  page.show({"staus"});
  page.show({"pause", "cuorse"});
}

}  // namespace
}  // namespace moodlesync

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: moodle-syncd-transcripts FILE\n";
    return 64;
  }
  std::ofstream out(argv[1]);
  moodlesync::Transcript page(out);
  moodlesync::set_up(page);
  moodlesync::work(page);
  moodlesync::brake(page);
  moodlesync::mistakes(page);
  return out.flush().good() ? 0 : 1;
}
