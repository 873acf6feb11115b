#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace moodlesync::testsupport {

/// One connection to a server on this machine that says whatever a test wants it to.
class HttpConnection {
 public:
  explicit HttpConnection(std::uint16_t port);
  ~HttpConnection();
  HttpConnection(HttpConnection&& other) noexcept;
  HttpConnection& operator=(HttpConnection&&) = delete;

  /// False: the other side is gone.
  bool send(std::string_view bytes) const;
  /// All that comes until the other side hangs up.
  [[nodiscard]] std::string read_all() const;

 private:
  int fd_;
};

/// Sends the bytes, reads the whole answer.
[[nodiscard]] std::string http_exchange(std::uint16_t port, std::string_view bytes);
/// The whole answer to a GET; `headers`: more lines, each with its line end.
[[nodiscard]] std::string http_get(std::uint16_t port, std::string_view target,
                                   std::string_view headers = {});
/// The whole answer to a form.
[[nodiscard]] std::string http_post(std::uint16_t port, std::string_view target,
                                    std::string_view form, std::string_view headers = {});

}  // namespace moodlesync::testsupport
