#include "ops/terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdlib>

#include "base/text.h"
#include "ops/log.h"

namespace moodlesync::ops {

namespace {

/// Narrower, and words would stand one below the other.
constexpr int kNarrowest = 40;

int width_of(int fd) {
  const char* columns = std::getenv("COLUMNS");
  const auto asked = columns == nullptr ? std::nullopt : base::parse_int(columns);
  if (asked && *asked > 0 && *asked < 10'000) return static_cast<int>(*asked);
  winsize size{};
  return ::ioctl(fd, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

}  // namespace

Look look_of(int fd) {
  Look look;
  look.terminal = ::isatty(fd) == 1;
  if (!look.terminal) return look;
  look.colours = wants_colours(fd);
  const int width = width_of(fd);
  if (width > 0) look.width = width < kNarrowest ? kNarrowest : width;
  return look;
}

}  // namespace moodlesync::ops
