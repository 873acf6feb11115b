#pragma once

#include <chrono>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "ops/terminal.h"

namespace moodlesync::app {

/// Writes an answer for people: a name in front, and text beside it that is broken into lines where
/// the terminal ends; colours where they are wanted.
///
/// Lifetime: borrows the stream.
class Page {
 public:
  enum class Tone { kPlain, kGood, kWarning, kBad, kFaint };

  Page(std::ostream& out, ops::Look look) : out_(out), look_(look) {}

  void gap() { out_ << "\n"; }
  /// A heading at the margin.
  void heading(std::string_view text);
  /// `name` in the first column, the text in the second, also of its further lines.
  void row(std::string_view name, std::string_view text, Tone tone = Tone::kPlain);
  /// One more paragraph in the second column.
  void more(std::string_view text, Tone tone = Tone::kPlain) { row("", text, tone); }

  static constexpr std::size_t kFirstColumn = 12;

 private:
  [[nodiscard]] std::string toned(std::string_view text, Tone tone) const;

  std::ostream& out_;
  ops::Look look_;
};

/// `text` in lines of at most `width` columns (0: one line), broken between words; a word that is
/// longer stays whole, and blanks in front stay in front of each line. UTF-8 counts by characters;
/// control characters are written as escapes, so that nothing that Drupal or Moodle says can move
/// the cursor.
[[nodiscard]] std::vector<std::string> wrapped(std::string_view text, std::size_t width);

/// "45s", "12m", "3h", "2d": whole units, rounded down.
[[nodiscard]] std::string age_text(std::chrono::seconds age);
/// "1 task", "12 tasks".
[[nodiscard]] std::string counted(std::int64_t number, std::string_view one, std::string_view many);
[[nodiscard]] std::string padded(std::string text, std::size_t width);
/// The answer of a `--json`: indented, and whatever bytes it holds.
void print_json(const nlohmann::ordered_json& object, std::ostream& out);

}  // namespace moodlesync::app
