#pragma once

#include <spdlog/logger.h>

#include <memory>
#include <string>
#include <string_view>

#include "ops/log_line.h"

namespace moodlesync::ops {

struct LogSettings {
  LogLevel level = LogLevel::kInfo;  ///< What is less important is not written.
  enum class Format { kAuto, kHuman, kJson };
  Format format = Format::kAuto;  ///< kAuto: for journald if it listens, else for people.
};

/// The process's log: one logger that is passed to whoever logs, writing lines to a descriptor.
///
/// A warning, an error and an outcome start with their code, "MS-nnn ", explained in
/// docs/operator.md; then a constant text; then the values as key=value or as base::LogFields. No
/// secrets, no personal data; known secrets are blotted out all the same.
///
/// Lifetime: must outlive every user of logger(). Threads: every member from any thread.
class Log {
 public:
  /// Writes to `fd` (standard error), which is borrowed.
  explicit Log(int fd);
  ~Log();
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;

  [[nodiscard]] spdlog::logger& logger() { return *logger_; }
  void configure(const LogSettings& settings);
  /// From now on `secret` never shows in a line.
  void hide(std::string_view secret);
  /// A line that stays below all others and is written anew after each, for a terminal; "": none.
  /// Cut to the terminal's width. Does nothing where is_live_terminal() is false.
  void set_last_line(std::string line);

 private:
  class Sink;
  int fd_;
  std::shared_ptr<Sink> sink_;  ///< Shared because spdlog's logger wants it so.
  std::unique_ptr<spdlog::logger> logger_;
};

/// True when `fd` is the stream that journald gave us (JOURNAL_STREAM holds device:inode,
/// systemd.exec(5)).
[[nodiscard]] bool is_journal_stream(int fd, const char* journal_stream);

/// True when `fd` is a terminal on which a line can be written over.
[[nodiscard]] bool is_live_terminal(int fd);

/// True when colours suit `fd`: a terminal that is not dumb, and NO_COLOR is not set.
[[nodiscard]] bool wants_colours(int fd);

}  // namespace moodlesync::ops
