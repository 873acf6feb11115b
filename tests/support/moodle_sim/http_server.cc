#include "support/moodle_sim/http_server.h"

#include <httplib.h>
#include <sys/socket.h>
#include <unistd.h>

#include <mutex>
#include <set>
#include <stdexcept>
#include <thread>
#include <utility>

#include "support/moodle_sim/connection.h"

namespace moodlesync::sim {

class HttpServer::Impl : public httplib::Server {
 public:
  Impl(int port, std::size_t threads, Serve serve) : serve_(std::move(serve)) {
    new_task_queue = [threads] { return std::make_unique<httplib::ThreadPool>(threads).release(); };
    // Only REUSEADDR: httplib's default would let two simulators share one port.
    set_socket_options([](socket_t socket) {
      const int on = 1;
      setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    });
    route();
    if (port == 0) {
      port_ = bind_to_any_port("127.0.0.1");
    } else {
      port_ = bind_to_port("127.0.0.1", port) ? port : -1;
    }
    if (port_ <= 0) throw std::runtime_error("cannot listen on port " + std::to_string(port));
    constexpr int kBacklog = 128;  // httplib's own is 5.
    ::listen(svr_sock_, kBacklog);
    thread_ = std::thread([this] { listen_after_bind(); });
    while (!is_running()) std::this_thread::yield();
    // The first request makes the library's static tables. Made here, they are there before any
    // other thread, also for a ThreadSanitizer that cannot look into the library.
    static_cast<void>(httplib::Client("127.0.0.1", port_).Get("/"));
  }

  ~Impl() override {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
      for (const int socket : open_) ::shutdown(socket, SHUT_RDWR);
    }
    stop();
    thread_.join();
  }

  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  [[nodiscard]] int port() const { return port_; }

 private:
  void route() {
    // A content reader, because httplib limits bodies that it parses itself to 8 kB.
    Post(".*", [this](const httplib::Request& request, httplib::Response& response,
                      const httplib::ContentReader& reader) {
      std::string body;
      reader([&body](const char* data, size_t size) {
        body.append(data, size);
        return true;
      });
      answer(request, std::move(body), response);
    });
    Get(".*", [this](const httplib::Request& request, httplib::Response& response) {
      answer(request, {}, response);
    });
  }

  void answer(const httplib::Request& request, std::string body, httplib::Response& response) {
    if (request.path != "/webservice/rest/server.php") {
      response.status = 404;
      response.set_content("<html><body>Not found</body></html>", "text/html");
      return;
    }
    const std::size_t mark = request.target.find('?');
    HttpRequest read;
    if (mark != std::string::npos) read.query = request.target.substr(mark + 1);
    read.body = std::move(body);
    read.content_type = request.get_header_value("Content-Type");
    Delivered delivered = serve_(std::move(read));
    Connection::current()->set_delivery(delivered.delivery);
    response.status = delivered.answer.status;
    for (const auto& [name, value] : delivered.answer.headers) response.set_header(name, value);
    response.set_content(delivered.answer.body, delivered.answer.content_type);
  }

  bool process_and_close_socket(socket_t socket) override {
    if (remember(socket)) {
      Connection connection(socket);
      bool closed = false;
      while (!closed && connection.wait_for_request()) {
        const bool understood = process_request(connection, false, closed, nullptr);
        if (!connection.deliver() || !understood) break;
      }
    }
    forget(socket);
    return true;
  }

  bool remember(int socket) {
    const std::lock_guard lock(mutex_);
    if (!stopping_) open_.insert(socket);
    return !stopping_;
  }

  void forget(int socket) {
    const std::lock_guard lock(mutex_);
    open_.erase(socket);
    ::shutdown(socket, SHUT_RDWR);
    ::close(socket);
  }

  Serve serve_;
  int port_ = -1;
  std::mutex mutex_;
  bool stopping_ = false;
  std::set<int> open_;
  std::thread thread_;
};

HttpServer::HttpServer(int port, std::size_t threads, Serve serve)
    : impl_(std::make_unique<Impl>(port, threads, std::move(serve))) {}

HttpServer::~HttpServer() = default;

int HttpServer::port() const { return impl_->port(); }

}  // namespace moodlesync::sim
