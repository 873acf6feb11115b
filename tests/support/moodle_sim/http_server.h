#pragma once

#include <functional>
#include <memory>
#include <string>

#include "support/moodle_sim/rest.h"

namespace moodlesync::sim {

/// How an answer leaves: whole, not at all, or only its first half.
enum class Delivery { kWhole, kNone, kHalf };

struct Delivered {
  HttpAnswer answer;
  Delivery delivery = Delivery::kWhole;
};

/// A loopback HTTP/1.1 server on cpp-httplib that can also cut a connection where the test wants
/// it.
///
/// Threads: `serve` is called by as many threads at once as there are connections, up to `threads`.
class HttpServer {
 public:
  using Serve = std::function<Delivered(HttpRequest)>;

  /// Listens on 127.0.0.1 at once; port 0 chooses one. Throws std::runtime_error when it is taken.
  HttpServer(int port, std::size_t threads, Serve serve);
  /// Closes all connections and waits for the running requests.
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  [[nodiscard]] int port() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace moodlesync::sim
