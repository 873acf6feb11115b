#pragma once

#include <string>
#include <vector>

#include "app/import_wish.h"
#include "moodlesync/drupal_config.h"

namespace moodlesync::app {

/// A configuration made of the old module's settings.
struct ImportedConfig {
  std::string yaml;
  std::vector<std::string> notes;       ///< What could not be carried over, a sentence each.
  std::vector<std::string> components;  ///< That it configures; empty: there is nothing to sync.
  std::string token;                    ///< Moodle's; never a part of `yaml`.
};

/// Source: the settings of the Drupal module moodle_sync, keys as its forms store them. The plural
/// and the singular names of its submodules mean the same.
[[nodiscard]] ImportedConfig import_old_settings(const DrupalConfig::Objects& objects,
                                                 const ImportWish& wish);

}  // namespace moodlesync::app
