#pragma once

#include <string>
#include <vector>

#include "app/yaml_writer.h"

namespace moodlesync::app {

/// A configuration that is being made of the old module's settings; each part adds what it
/// is about.
struct ImportDraft {
  YamlWriter out;
  std::vector<std::string> notes;
  std::vector<std::string> components;
  std::string token;          ///< Moodle's; never a part of `out`.
  std::string course_bundle;  ///< Empty: no courses are synced.

  void begin_component(const std::string& name) {
    components.push_back(name);
    out.line(2, name + ":");
  }
};

}  // namespace moodlesync::app
