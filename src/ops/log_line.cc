#include "ops/log_line.h"

#include <array>
#include <ctime>
#include <nlohmann/json.hpp>

#include "base/log_fields.h"
#include "base/text.h"

namespace moodlesync::ops {

namespace {

std::string_view level_name(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug:
      return "debug";
    case LogLevel::kInfo:
      return "info";
    case LogLevel::kWarning:
      return "warning";
    case LogLevel::kError:
      return "error";
  }
  return "error";
}

/// syslog's priorities, which journald reads from the start of a line (sd-daemon(3)).
std::string_view journal_prefix(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug:
      return "<7>";
    case LogLevel::kInfo:
      return "<6>";
    case LogLevel::kWarning:
      return "<4>";
    case LogLevel::kError:
      return "<3>";
  }
  return "<3>";
}

std::string_view colour_of(LogLevel level) {
  if (level == LogLevel::kError) return "\x1b[31m";
  if (level == LogLevel::kWarning) return "\x1b[33m";
  return "";
}

std::string timestamp(std::chrono::system_clock::time_point when) {
  const auto since = when.time_since_epoch();
  const auto seconds = std::chrono::floor<std::chrono::seconds>(since);
  const auto ms = std::chrono::floor<std::chrono::milliseconds>(since - seconds).count();
  const std::time_t time = seconds.count();
  std::tm utc{};
  gmtime_r(&time, &utc);
  std::array<char, 32> day{};
  const std::size_t length = std::strftime(day.data(), day.size(), "%Y-%m-%dT%H:%M:%S", &utc);
  const std::string digits = std::to_string(1000 + ms).substr(1);
  return std::string(day.data(), length) + "." + digits + "Z";
}

/// C0 controls and DEL as escapes; UTF-8 as it is.
std::string one_line(std::string_view text) {
  static constexpr std::string_view kHex = "0123456789abcdef";
  std::string line;
  line.reserve(text.size());
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '\n') {
      line += "\\n";
    } else if (c == '\t') {
      line += "\\t";
    } else if (byte < 0x20 || byte == 0x7f) {
      line += "\\x";
      line += kHex[byte >> 4U];
      line += kHex[byte & 0xfU];
    } else {
      line += c;
    }
  }
  return line;
}

/// "MS-301" at the start of the text, or "".
std::string_view code_of(std::string_view text) {
  constexpr std::size_t kLength = 6;
  if (!text.starts_with("MS-") || text.size() <= kLength || text[kLength] != ' ') return {};
  const std::string_view digits = text.substr(3, 3);
  return digits.find_first_not_of("0123456789") == std::string_view::npos ? text.substr(0, kLength)
                                                                          : std::string_view{};
}

/// A value of a field for people: in quotes where it could be taken for more than one word.
std::string shown_value(std::string_view value) {
  if (!value.empty() && value.find_first_of(" \"=") == std::string_view::npos) {
    return std::string(value);
  }
  std::string quoted = "\"";
  for (const char c : value) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + "\"";
}

/// Text and fields for people.
std::string plain(std::string_view line) {
  const base::SplitLine split = base::split_log_line(line);
  std::string text(split.text);
  if (!split.fields.empty()) text += ":";
  for (const base::LogField& field : split.fields) {
    text.append(" ").append(field.name).append("=").append(shown_value(field.value));
  }
  return one_line(text);
}

std::string json_line(const LogLine& line) {
  const base::SplitLine split = base::split_log_line(line.text);
  nlohmann::ordered_json object;
  object["ts"] = timestamp(line.when);
  object["level"] = level_name(line.level);
  const std::string_view code = code_of(split.text);
  if (!code.empty()) object["code"] = code;
  object["message"] = code.empty() ? split.text : split.text.substr(code.size() + 1);
  for (const base::LogField& field : split.fields) {
    const auto number = field.is_number ? base::parse_int(field.value) : std::nullopt;
    if (number) {
      object[std::string(field.name)] = *number;
    } else {
      object[std::string(field.name)] = field.value;
    }
  }
  // Bytes that are no UTF-8 become U+FFFD instead of an exception.
  return object.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

std::string human_line(const LogLine& line, bool colours) {
  const std::string_view colour = colours ? colour_of(line.level) : "";
  std::string text = timestamp(line.when);
  text.append(" ").append(colour).append(level_name(line.level));
  text.append(colour.empty() ? "" : "\x1b[0m").append(" ").append(plain(line.text));
  return text;
}

}  // namespace

std::string render(const LogLine& line, LogFormat format, bool colours) {
  switch (format) {
    case LogFormat::kJson:
      return json_line(line) + "\n";
    case LogFormat::kJournal:
      return std::string(journal_prefix(line.level)) + plain(line.text) + "\n";
    case LogFormat::kHuman:
      break;
  }
  return human_line(line, colours) + "\n";
}

}  // namespace moodlesync::ops
