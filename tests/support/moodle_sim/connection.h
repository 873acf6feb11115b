#pragma once

#include <httplib.h>

#include <string>

#include "support/moodle_sim/http_server.h"

namespace moodlesync::sim {

/// One client connection as httplib's stream. Answers are collected and sent in one piece, which
/// also makes it possible to send only a part of them, or nothing.
class Connection : public httplib::Stream {
 public:
  explicit Connection(socket_t socket);

  [[nodiscard]] bool is_readable() const override;
  [[nodiscard]] bool is_writable() const override;
  ssize_t read(char* data, size_t size) override;
  ssize_t write(const char* data, size_t size) override;
  void get_remote_ip_and_port(std::string& ip, int& port) const override;
  void get_local_ip_and_port(std::string& ip, int& port) const override;
  [[nodiscard]] socket_t socket() const override { return socket_; }

  /// Waits for the next request. False when the client has left or was idle for too long.
  [[nodiscard]] bool wait_for_request() const;
  /// How the collected answer will leave.
  void set_delivery(Delivery delivery) { delivery_ = delivery; }
  /// Sends the collected answer. False when the connection must be closed.
  bool deliver();

  /// The connection that the calling thread serves; httplib does not hand it to handlers.
  static Connection* current();

 private:
  bool flush(std::size_t size);

  socket_t socket_;
  Delivery delivery_ = Delivery::kWhole;
  std::string in_;
  std::size_t in_at_ = 0;
  std::string out_;
};

}  // namespace moodlesync::sim
