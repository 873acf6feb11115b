#pragma once

namespace moodlesync::ops {

/// What an answer may look like where it goes to.
struct Look {
  bool colours = false;
  bool terminal = false;  ///< A person looks at it; it may be written over.
  int width = 0;          ///< In columns; 0: as wide as it likes.
};

/// Of `fd`: colours as wants_colours() says; the terminal's width, or $COLUMNS where that is set.
[[nodiscard]] Look look_of(int fd);

}  // namespace moodlesync::ops
