#pragma once

#include <memory>

#include "moodle/settings.h"
#include "moodle/transport.h"
#include "moodlesync/result.h"

namespace moodlesync::moodle {

/// The transport over libcurl: HTTP/1.1 with kept connections, TLS verified, no redirects, http
/// only where the settings allow it.
///
/// Errors: kConfig when `base_url` is no usable URL or libcurl lacks TLS.
[[nodiscard]] Result<std::unique_ptr<Transport>> open_curl_transport(
    const GatewaySettings& settings);

}  // namespace moodlesync::moodle
