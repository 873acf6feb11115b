#include "support/moodle_sim/rest_client.h"

#include <httplib.h>

#include <string_view>

namespace moodlesync::sim {

namespace {

constexpr const char* kPath = "/webservice/rest/server.php";

Reply read(const httplib::Result& result) {
  Reply reply;
  if (!result) return reply;
  reply.status = result->status;
  reply.content_type = result->get_header_value("Content-Type");
  reply.retry_after = result->get_header_value("Retry-After");
  reply.body = result->body;
  reply.json = nlohmann::json::parse(reply.body, nullptr, false);
  if (reply.json.is_discarded()) reply.json = nullptr;
  return reply;
}

}  // namespace

class RestClient::Impl : public httplib::Client {
 public:
  using httplib::Client::Client;
};

std::string url_encode(const std::string& text) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                       c == '-' || c == '_' || c == '.';
    if (plain) {
      out.push_back(c);
    } else {
      out += {'%', kHex[byte >> 4U], kHex[byte & 15U]};
    }
  }
  return out;
}

std::string encode_form(const Variables& variables) {
  std::string form;
  for (const auto& [name, value] : variables) {
    if (!form.empty()) form.push_back('&');
    form += url_encode(name) + "=" + url_encode(value);
  }
  return form;
}

RestClient::RestClient(const std::string& url, std::string token)
    : token_(std::move(token)), impl_(std::make_unique<Impl>(url)) {
  impl_->set_keep_alive(true);
  impl_->set_tcp_nodelay(true);
  impl_->set_read_timeout(std::chrono::seconds(20));
}

RestClient::~RestClient() = default;

Reply RestClient::call(const std::string& function, const Variables& params) {
  Variables all = {{"wstoken", token_}, {"moodlewsrestformat", "json"}};
  all.insert(all.end(), params.begin(), params.end());
  all.emplace_back("wsfunction", function);
  return post(encode_form(all));
}

Reply RestClient::post(const std::string& body, const std::string& content_type,
                       const std::string& query) {
  const std::string path = query.empty() ? kPath : std::string(kPath) + "?" + query;
  return read(impl_->Post(path, body, content_type));
}

Reply RestClient::get(const std::string& query) {
  return read(impl_->Get(std::string(kPath) + "?" + query));
}

}  // namespace moodlesync::sim
