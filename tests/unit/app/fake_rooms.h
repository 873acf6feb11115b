#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "app/rooms.h"
#include "support/ports/fake_database.h"
#include "support/ports/fake_gateway.h"
#include "support/ports/scripted_component.h"

namespace moodlesync::app {

/// A folder of the test's own, gone with it.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string name = std::filesystem::temp_directory_path() / "moodle-syncd-test-XXXXXX";
    if (::mkdtemp(name.data()) == nullptr) std::abort();
    path_ = name;
  }
  ~TemporaryFolder() { std::filesystem::remove_all(path_); }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  std::filesystem::path write(const std::string& name, std::string_view text) const {
    std::filesystem::path file = path_ / name;
    std::ofstream(file, std::ios::binary) << text;
    std::filesystem::permissions(file, std::filesystem::perms{0600});
    return file;
  }

 private:
  std::filesystem::path path_;
};

using fakes::FakeDatabase;
using fakes::FakeInstaller;
using fakes::FakeSiteState;

/// `components: {thing: {title_field: …}}`: a component whose only setting is a text.
inline std::unique_ptr<Component> make_thing(Section& section) {
  static_cast<void>(section.text("title_field", "title"));
  section.finish();
  return std::make_unique<fakes::ScriptedComponent>("thing", "node", "course");
}

/// A configuration on disk, a database and a Moodle that a test can break in every way.
class FakeRoomsTest : public testing::Test {
 protected:
  FakeRoomsTest() {
    folder_.write("token", "0123456789abcdef0123456789abcdef\n");
    config_ = folder_.write("moodle-syncd.yaml", good_config());
    rooms_.components = {{"thing", &make_thing}};
    rooms_.environment = [this](const std::string& name) -> std::optional<std::string> {
      const auto found = variables_.find(name);
      return found == variables_.end() ? std::nullopt : std::optional(found->second);
    };
    rooms_.open_database =
        [this](std::string_view /*scheme*/,
               const DrupalSettings& settings) -> Result<std::unique_ptr<DrupalDatabase>> {
      drupal_settings_ = settings;
      ++state_.opened;
      if (!state_.open_errors.empty()) {
        Error error = state_.open_errors.front();
        state_.open_errors.erase(state_.open_errors.begin());
        return error;
      }
      return std::unique_ptr<DrupalDatabase>(std::make_unique<FakeDatabase>(state_));
    };
    rooms_.open_gateway =
        [this](const moodle::GatewaySettings& /*settings*/) -> Result<std::unique_ptr<Gateway>> {
      auto gateway = std::make_unique<fakes::FakeGateway>(
          [this](const Call&) -> Result<Json> { return answer_; });
      gateway->answer_preflight_with(preflights_);
      gateway->after_pump = after_pump_;
      return std::unique_ptr<Gateway>(std::move(gateway));
    };
    rooms_.versions = {{"moodle-syncd", "1.2.3"}};
    preflights_ = {moodle_site({"tell"})};
  }

  [[nodiscard]] std::string good_config() const {
    return "drupal:\n  site_url: https://drupal.example\n  connection: host=db dbname=drupal\n"
           "moodle:\n  url: https://moodle.example\n  token_file: token\n"
           "state_dir: " +
           (folder_.path() / "state").string() +
           "\n"
           "components:\n  thing:\n    title_field: title\n";
  }
  static MoodleSite moodle_site(std::set<std::string, std::less<>> functions) {
    return {"5.1", "2025100600.02", "https://moodle.example", 2, "sync", std::move(functions),
            1000};
  }

  TemporaryFolder folder_;
  std::filesystem::path config_;
  std::map<std::string, std::string> variables_;
  FakeSiteState state_;
  DrupalSettings drupal_settings_;  ///< As the database was last opened.
  std::vector<Result<MoodleSite>> preflights_;
  Result<Json> answer_ = Json(7);  ///< Of Moodle to every call.
  std::function<void()> after_pump_ = [] {};
  Rooms rooms_;
};

}  // namespace moodlesync::app
