#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/old_settings.h"
#include "moodlesync/drupal_config.h"

namespace moodlesync::app {

/// The settings objects of the old module, as they were found in Drupal. What cannot be carried
/// over becomes a note.
///
/// Lifetime: borrows the objects and the notes; must outlive the settings that it hands out.
class OldObjects {
 public:
  OldObjects(const DrupalConfig::Objects& objects, std::vector<std::string>& notes)
      : objects_(objects), notes_(notes) {}

  /// Notes those that Drupal has and nobody could read.
  void note_the_unreadable();
  /// The first of these names that is there; any other of them is noted.
  [[nodiscard]] std::optional<OldSettings> find(std::initializer_list<std::string_view> names);
  /// The object of this name; without a key when it is not there.
  [[nodiscard]] OldSettings get(std::string_view name);
  /// Notes those that nobody asked for.
  void note_the_rest();

 private:
  const DrupalConfig::Objects& objects_;
  std::vector<std::string>& notes_;
  OldSettings::Json none_ = OldSettings::Json::object();
  std::vector<std::string> known_;  ///< Objects that were asked for.
};

}  // namespace moodlesync::app
