#pragma once

#include <string>

#include "ops/status_view.h"

namespace moodlesync::ops {

/// The page; `nonce`: for its style and script, as the Content-Security-Policy names it.
[[nodiscard]] std::string render_status_page(const StatusView& view, const std::string& nonce);

}  // namespace moodlesync::ops
