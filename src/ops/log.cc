#include "ops/log.h"

#include <spdlog/sinks/base_sink.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <mutex>

#include "ops/secret_mask.h"

namespace moodlesync::ops {

namespace {

LogLevel level_of(spdlog::level::level_enum level) {
  if (level >= spdlog::level::err) return LogLevel::kError;
  if (level == spdlog::level::warn) return LogLevel::kWarning;
  return level == spdlog::level::info ? LogLevel::kInfo : LogLevel::kDebug;
}

spdlog::level::level_enum spdlog_level(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug:
      return spdlog::level::debug;
    case LogLevel::kInfo:
      return spdlog::level::info;
    case LogLevel::kWarning:
      return spdlog::level::warn;
    case LogLevel::kError:
      break;
  }
  return spdlog::level::err;
}

/// Back to the first column, and everything there is gone.
constexpr std::string_view kEraseLine = "\r\x1b[2K";
constexpr std::size_t kUsualColumns = 80;

/// A log that cannot be written has nobody to complain to: what does not go through is lost.
void write_whole(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(fd, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
}

}  // namespace

class Log::Sink : public spdlog::sinks::base_sink<std::mutex> {
 public:
  explicit Sink(int fd) : fd_(fd) {}

  void set_form(LogFormat format, bool colours) {
    const std::lock_guard lock(mutex_);
    format_ = format;
    colours_ = colours;
  }
  SecretMask& mask() { return mask_; }

  void set_last_line(std::string line) {
    const std::lock_guard lock(mutex_);
    if (line == last_line_ || !is_live_terminal(fd_)) return;
    last_line_ = std::move(line);
    write_whole(fd_, std::string(kEraseLine) + visible_part());
  }

 protected:
  void sink_it_(const spdlog::details::log_msg& message) override {
    const std::string text =
        mask_.apply(std::string_view(message.payload.data(), message.payload.size()));
    const std::string line =
        render({message.time, level_of(message.level), text}, format_, colours_);
    if (last_line_.empty()) return write_whole(fd_, line);
    write_whole(fd_, std::string(kEraseLine) + line + visible_part());
  }
  void flush_() override {}

 private:
  /// As much of the last line as fits; one that wraps could not be erased.
  [[nodiscard]] std::string visible_part() const {
    winsize size{};
    const bool is_known = ::ioctl(fd_, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
    const std::size_t columns = is_known ? size.ws_col : kUsualColumns;
    return last_line_.substr(0, columns - 1);
  }

  int fd_;
  std::string last_line_;                 ///< Guarded by mutex_; ASCII.
  LogFormat format_ = LogFormat::kHuman;  ///< Guarded by mutex_.
  bool colours_ = false;                  ///< Guarded by mutex_.
  SecretMask mask_;
};

Log::Log(int fd)
    : fd_(fd),
      sink_(std::make_shared<Sink>(fd)),
      logger_(std::make_unique<spdlog::logger>("moodle-syncd", sink_)) {
  configure({});
}

Log::~Log() = default;

void Log::configure(const LogSettings& settings) {
  LogFormat format = LogFormat::kHuman;
  if (settings.format == LogSettings::Format::kJson) {
    format = LogFormat::kJson;
  } else if (settings.format == LogSettings::Format::kAuto &&
             is_journal_stream(fd_, std::getenv("JOURNAL_STREAM"))) {
    format = LogFormat::kJournal;
  }
  sink_->set_form(format, wants_colours(fd_));
  logger_->set_level(spdlog_level(settings.level));
}

void Log::set_last_line(std::string line) { sink_->set_last_line(std::move(line)); }

void Log::hide(std::string_view secret) { sink_->mask().add(secret); }

bool is_journal_stream(int fd, const char* journal_stream) {
  if (journal_stream == nullptr) return false;
  struct stat status {};
  if (::fstat(fd, &status) != 0) return false;
  return journal_stream == std::to_string(status.st_dev) + ":" + std::to_string(status.st_ino);
}

bool is_live_terminal(int fd) {
  const char* terminal = std::getenv("TERM");
  const bool dumb = terminal == nullptr || std::string_view(terminal) == "dumb";
  return !dumb && ::isatty(fd) == 1;
}

bool wants_colours(int fd) {
  const char* no_color = std::getenv("NO_COLOR");
  if (no_color != nullptr && *no_color != '\0') return false;
  return is_live_terminal(fd);
}

}  // namespace moodlesync::ops
