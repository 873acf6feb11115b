#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "moodlesync/result.h"
#include "outside/call.h"

namespace moodlesync::outside {

/// POSTs `body` as JSON. TLS is verified, no redirect is followed, the answer is dropped but for
/// its status: 2xx means done.
///
/// Errors: kConfig with code `bad_url` when curl does not take the URL; the call's outcome is
/// kTransient with code `url_failed`.
[[nodiscard]] Result<std::unique_ptr<Call>> start_post(const std::string& url,
                                                       const std::string& ca_file,
                                                       std::chrono::milliseconds timeout,
                                                       std::string body);

/// What speaks against the URL: it must be https, or http to this very machine. Empty: nothing.
[[nodiscard]] std::string url_objection(const std::string& url);

}  // namespace moodlesync::outside
