#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace moodlesync::ops {

using FormValues = std::map<std::string, std::string, std::less<>>;

/// One request, as far as this program understands HTTP: no chunks, no continuation, no upgrades.
struct HttpRequest {
  std::string method;
  std::string path;  ///< Without the query; not decoded: all of ours are plain.
  FormValues query;
  std::map<std::string, std::string, std::less<>> headers;  ///< Names in lower case.
  std::string body;

  /// "" when there is none.
  [[nodiscard]] std::string_view header(std::string_view name) const;
  /// The fields of a form that was sent as application/x-www-form-urlencoded.
  [[nodiscard]] FormValues form() const;
  /// "" when there is none.
  [[nodiscard]] std::string cookie(std::string_view name) const;
};

struct HttpResponse {
  int status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  std::string body = {};
  std::vector<std::pair<std::string, std::string>> headers = {};
};

/// A request of more bytes than this, head and body together, is refused.
inline constexpr std::size_t kLargestRequest = 16'384;

/// What the bytes that have come so far amount to.
struct ParsedRequest {
  enum class State { kIncomplete, kComplete, kRefused };
  State state = State::kIncomplete;
  HttpRequest request;  ///< kComplete.
  int status = 400;     ///< kRefused: what to answer.
};
[[nodiscard]] ParsedRequest parse_request(std::string_view bytes);

/// The response on the wire. `with_body`: false for HEAD.
[[nodiscard]] std::string render(const HttpResponse& response, bool with_body);

/// "a=1&b=x%20y+z". What stands twice counts once, the first time.
[[nodiscard]] FormValues parse_form(std::string_view text);

}  // namespace moodlesync::ops
