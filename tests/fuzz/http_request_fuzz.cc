// What comes in at the HTTP port: whatever it is, it ends in a request, a refusal or in waiting for
// more, and more of the same never makes a request of what was refused.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "ops/http_message.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace moodlesync::ops;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const ParsedRequest parsed = parse_request(bytes);
  const ParsedRequest more = parse_request(std::string(bytes) + "\r\n\r\n");
  using State = ParsedRequest::State;
  if (parsed.state == State::kRefused && more.state != State::kRefused) std::abort();
  if (parsed.state == State::kIncomplete && size > 2 * kLargestRequest) std::abort();
  if (parsed.state != State::kComplete) return 0;
  static_cast<void>(parsed.request.form());
  static_cast<void>(parsed.request.cookie("session"));
  if (parsed.request.body.size() > kLargestRequest) std::abort();
  return 0;
}
