#pragma once

#include <cstddef>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace moodlesync::moodle {

/// What the server does with a request that it has read to its end.
struct Reaction {
  enum class Kind {
    kSend,       ///< Sends `bytes` and keeps the connection.
    kSendClose,  ///< Sends `bytes` and closes it.
    kSilence,    ///< Does nothing.
  };
  Kind kind = Kind::kSend;
  std::string bytes;
};

/// An HTTP answer with a length, so that the connection can be kept.
[[nodiscard]] std::string http(std::string_view body, std::string_view status = "200 OK",
                               std::string_view headers = {});
[[nodiscard]] Reaction answer(std::string_view body);
[[nodiscard]] Reaction close_without_answer();

/// A server below HTTP libraries, for what those hide: reads one whole request after the other, one
/// connection at a time, and does with the nth request what the script says; with further ones
/// nothing.
///
/// Lifetime: the destructor closes all and waits for its thread. Threads: any.
class RawServer {
 public:
  explicit RawServer(std::vector<Reaction> script);
  ~RawServer();
  RawServer(const RawServer&) = delete;
  RawServer& operator=(const RawServer&) = delete;

  [[nodiscard]] std::string url() const;
  /// The requests so far, head and body.
  [[nodiscard]] std::vector<std::string> requests() const;

 private:
  void serve();
  void serve_connection(int connection);
  [[nodiscard]] bool react(int connection, std::string request);

  std::vector<Reaction> script_;
  int listener_ = -1;
  int port_ = 0;
  int stop_[2] = {-1, -1};
  mutable std::mutex mutex_;
  std::vector<std::string> requests_;  ///< Written by the thread, read by requests().
  std::thread thread_;
};

}  // namespace moodlesync::moodle
