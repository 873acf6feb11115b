#pragma once

#include <deque>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "moodle/transport.h"

namespace moodlesync::moodle {

/// A form body, decoded, in the order of its variables.
class Form {
 public:
  explicit Form(std::string_view body) {
    while (!body.empty()) {
      const auto end = std::min(body.find('&'), body.size());
      const std::string_view pair = body.substr(0, end);
      const auto equals = std::min(pair.find('='), pair.size() - 1);
      variables.emplace_back(decode(pair.substr(0, equals)), decode(pair.substr(equals + 1)));
      body.remove_prefix(std::min(end + 1, body.size()));
    }
  }
  [[nodiscard]] std::string get(std::string_view name) const {
    for (const auto& [key, value] : variables) {
      if (key == name) return value;
    }
    return "(missing)";
  }
  /// Values of all variables whose name ends with `suffix`, in order.
  [[nodiscard]] std::vector<std::string> all(std::string_view suffix) const {
    std::vector<std::string> values;
    for (const auto& [key, value] : variables) {
      if (key.ends_with(suffix)) values.push_back(value);
    }
    return values;
  }

  std::vector<std::pair<std::string, std::string>> variables;

 private:
  static std::string decode(std::string_view text) {
    std::string plain;
    for (std::size_t i = 0; i < text.size(); ++i) {
      if (text[i] == '%') {
        plain += static_cast<char>(std::stoi(std::string(text.substr(i + 1, 2)), nullptr, 16));
        i += 2;
      } else {
        plain += text[i] == '+' ? ' ' : text[i];
      }
    }
    return plain;
  }
};

inline Reply json_reply(std::string body) {
  Reply reply;
  reply.status = 200;
  reply.content_type = "application/json";
  reply.body = std::move(body);
  return reply;
}

inline Reply exception_reply(std::string_view code, std::string_view message = "No.") {
  return json_reply(R"({"exception":"core\\exception\\moodle_exception","errorcode":")" +
                    std::string(code) + R"(","message":")" + std::string(message) + R"("})");
}

inline Reply status_reply(long status, std::string body = "<html>Sorry</html>") {
  Reply reply;
  reply.status = status;
  reply.content_type = "text/html";
  reply.body = std::move(body);
  return reply;
}

inline Reply undelivered(Reply::Delivery delivery, std::string detail = "Connection reset") {
  Reply reply;
  reply.delivery = delivery;
  reply.detail = std::move(detail);
  return reply;
}

/// A Moodle without sockets: answers by script or by function; what is answered by neither stays on
/// the wire.
class ScriptedTransport final : public Transport {
 public:
  using Server = std::function<Reply(const Form&)>;

  void send(Request request) override {
    sent.push_back(std::move(request));
    waiting_.push_back(sent.size() - 1);
  }
  void run(std::chrono::milliseconds wait, std::span<const int> /*wake_fds*/) override {
    waits.push_back(wait);
    while (!waiting_.empty() && (server || !script.empty())) {
      const std::size_t index = waiting_.front();
      waiting_.pop_front();
      Reply reply;
      if (server) {
        reply = server(Form(sent[index].body));
      } else {
        reply = std::move(script.front());
        script.pop_front();
      }
      reply.id = sent[index].id;
      replies_.push_back(std::move(reply));
    }
  }
  std::vector<Reply> take_replies() override { return std::exchange(replies_, {}); }
  [[nodiscard]] std::uint64_t connections_opened() const override { return 1; }

  [[nodiscard]] Form form(std::size_t index) const { return Form(sent.at(index).body); }

  Server server;
  std::deque<Reply> script;
  std::vector<Request> sent;
  std::vector<std::chrono::milliseconds> waits;

 private:
  std::deque<std::size_t> waiting_;
  std::vector<Reply> replies_;
};

}  // namespace moodlesync::moodle
