#pragma once

#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

namespace moodlesync::sim {

using Variables = std::vector<std::pair<std::string, std::string>>;

/// What came back. `status` is 0 when the connection ended without an answer.
struct Reply {
  int status = 0;
  std::string content_type;
  std::string body;
  std::string retry_after;
  nlohmann::json json;  ///< Null when the body is no JSON.

  /// The errorcode; "" when there is none.
  [[nodiscard]] std::string errorcode() const { return json_text("errorcode"); }
  [[nodiscard]] std::string exception() const { return json_text("exception"); }

 private:
  [[nodiscard]] std::string json_text(const char* key) const {
    return json.is_object() ? json.value(key, std::string()) : std::string();
  }
};

[[nodiscard]] std::string url_encode(const std::string& text);
[[nodiscard]] std::string encode_form(const Variables& variables);

/// A plain keep-alive client for the simulator's own tests; it knows nothing of batches or retries.
/// Threads: one.
class RestClient {
 public:
  RestClient(const std::string& url, std::string token);
  ~RestClient();
  RestClient(const RestClient&) = delete;
  RestClient& operator=(const RestClient&) = delete;

  /// Calls a function with `wstoken` and the format first and `wsfunction` last.
  [[nodiscard]] Reply call(const std::string& function, const Variables& params = {});
  /// Sends a body as it is.
  [[nodiscard]] Reply post(const std::string& body,
                           const std::string& content_type = "application/x-www-form-urlencoded",
                           const std::string& query = "");
  [[nodiscard]] Reply get(const std::string& query);

 private:
  class Impl;
  std::string token_;
  std::unique_ptr<Impl> impl_;
};

}  // namespace moodlesync::sim
