#pragma once

namespace moodlesync::ops {

/// From now on this process leaves no core dump, and other processes of the same user can neither
/// trace it nor read its environment: its memory holds the token and people's data.
///
/// A build with AddressSanitizer keeps the second half open: its leak check traces the process.
void forbid_core_dumps() noexcept;

}  // namespace moodlesync::ops
