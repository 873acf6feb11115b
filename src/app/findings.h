#pragma once

#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "app/exit_code.h"
#include "app/secrets.h"
#include "moodlesync/drupal.h"

namespace moodlesync::app {

/// What `check` found, in the order in which it looked.
class Findings {
 public:
  void ok(std::string_view area, std::string what);
  void warning(std::string_view area, std::string what, std::string advice);
  /// `code`: what the program's end is to say because of it.
  void problem(std::string_view area, std::string what, std::string advice, ExitCode code);
  void add(std::string_view area, Finding finding);
  void add_settings(const SettingsReport& report);

  /// The gravest of all problems' codes; kOk when there are only warnings.
  [[nodiscard]] ExitCode exit_code() const { return exit_code_; }

  /// For people: one paragraph per area, advice under what it belongs to.
  void print_text(std::ostream& out) const;
  /// {"ok", "exit_code", "findings": [{"area", "level", "what", "advice"}]}
  void print_json(std::ostream& out) const;

 private:
  struct Item {
    std::string area;
    Finding finding;
  };
  std::vector<Item> items_;
  ExitCode exit_code_ = ExitCode::kOk;
};

}  // namespace moodlesync::app
