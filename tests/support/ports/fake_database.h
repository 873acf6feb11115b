#pragma once

#include <string>
#include <vector>

#include "moodlesync/drupal.h"
#include "support/ports/fake_ports.h"
#include "support/ports/in_memory_ledger.h"
#include "support/ports/in_memory_parking.h"
#include "support/ports/in_memory_pauses.h"
#include "support/ports/in_memory_queue.h"
#include "support/ports/in_memory_survey.h"

namespace moodlesync::fakes {

class FakeInstaller : public Installer {
 public:
  std::vector<Finding> findings;
  std::string installed_for;
  bool uninstalled = false;

  Result<std::vector<std::string>> install(std::span<const SourceSpec> /*sources*/,
                                           std::string_view site_url) override {
    installed_for = site_url;
    return std::vector<std::string>{"created the schema moodle_sync"};
  }
  Result<std::vector<std::string>> uninstall() override {
    uninstalled = true;
    return std::vector<std::string>{"dropped the schema moodle_sync"};
  }
  Result<std::vector<Finding>> check(std::span<const SourceSpec> /*sources*/) override {
    return findings;
  }
};

/// What the fake database is made of; outlives the databases that are opened on it.
struct FakeSiteState {
  InMemoryQueue queue;
  InMemoryParking parking{queue};
  InMemoryLedger removals{queue};
  InMemoryPauses pauses{queue};
  FakePresence presence;
  FakeDossiers dossiers;
  InMemorySurvey survey{queue};
  FakeReader reader;
  FakeWriteBack write_back;
  FakeCapture capture;
  FakeSite site;
  FakeConfig config;
  FakeListener listener;
  FakeInstaller installer;
  std::vector<Error> open_errors;  ///< Each fails one attempt to open, first to last.
  int opened = 0;
};

class FakeDatabase : public DrupalDatabase {
 public:
  explicit FakeDatabase(FakeSiteState& state) : state_(state) {}
  void set_sources(std::vector<SourceSpec> /*sources*/) override {}
  void set_meanwhile(Meanwhile /*meanwhile*/) override {}
  Queue& queue() override { return state_.queue; }
  Parking& parking() override { return state_.parking; }
  RemovalLedger& removals() override { return state_.removals; }
  Pauses& pauses() override { return state_.pauses; }
  PresenceBoard& presence() override { return state_.presence; }
  Dossiers& dossiers() override { return state_.dossiers; }
  Survey& survey() override { return state_.survey; }
  DrupalReader& reader() override { return state_.reader; }
  WriteBack& write_back() override { return state_.write_back; }
  CaptureWatch& capture() override { return state_.capture; }
  Site& site() override { return state_.site; }
  DrupalConfig& config() override { return state_.config; }
  ChangeListener& listener() override { return state_.listener; }
  Installer& installer() override { return state_.installer; }

 private:
  FakeSiteState& state_;
};

}  // namespace moodlesync::fakes
