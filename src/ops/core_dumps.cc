#include "ops/core_dumps.h"

#include <sys/prctl.h>
#include <sys/resource.h>

namespace moodlesync::ops {

void forbid_core_dumps() noexcept {
  const rlimit none{0, 0};
  static_cast<void>(setrlimit(RLIMIT_CORE, &none));
  // The limit does not bind a kernel that pipes its dumps to a program, such as systemd-coredump.
#ifndef __SANITIZE_ADDRESS__
  static_cast<void>(prctl(PR_SET_DUMPABLE, 0, 0, 0, 0));
#endif
}

}  // namespace moodlesync::ops
