#include "moodle/curl_transport.h"

#include <curl/curl.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <utility>

namespace moodlesync::moodle {

namespace {

struct EasyDeleter {
  void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
};
struct MultiDeleter {
  void operator()(CURLM* multi) const { curl_multi_cleanup(multi); }
};
struct ListDeleter {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
struct UrlDeleter {
  void operator()(CURLU* url) const { curl_url_cleanup(url); }
};
struct TextDeleter {
  void operator()(char* text) const { curl_free(text); }
};

/// Longest that we believe a server that asks us to stay away.
constexpr std::chrono::seconds kLongestRetryAfter{3600};

/// One transfer at a time; kept and used again with its buffers.
struct Transfer {
  std::unique_ptr<CURL, EasyDeleter> easy;
  std::size_t max_answer_bytes = 0;
  std::string body;
  std::size_t sent = 0;
  std::string answer;
  bool is_too_large = false;
  std::array<char, CURL_ERROR_SIZE> trouble{};
  std::uint64_t id = 0;
};

extern "C" {

static std::size_t take_answer(char* data, std::size_t size, std::size_t count, void* target) {
  auto& transfer = *static_cast<Transfer*>(target);
  const std::size_t bytes = size * count;
  if (bytes > transfer.max_answer_bytes - transfer.answer.size()) {
    transfer.is_too_large = true;
    return 0;
  }
  transfer.answer.append(data, bytes);
  return bytes;
}

static std::size_t give_body(char* buffer, std::size_t size, std::size_t count, void* source) {
  auto& transfer = *static_cast<Transfer*>(source);
  const std::size_t bytes = std::min(size * count, transfer.body.size() - transfer.sent);
  std::copy_n(transfer.body.data() + transfer.sent, bytes, buffer);
  transfer.sent += bytes;
  return bytes;
}

}  // extern "C"

template <class T>
T info(CURL* easy, CURLINFO what) {
  T value{};
  curl_easy_getinfo(easy, what, &value);
  return value;
}

std::string text_info(CURL* easy, CURLINFO what) {
  const auto* const text = info<const char*>(easy, what);
  return text == nullptr ? std::string() : std::string(text);
}

bool is_about_settings(CURLcode code) {
  return code == CURLE_SSL_CACERT_BADFILE || code == CURLE_SSL_ENGINE_NOTFOUND ||
         code == CURLE_UNSUPPORTED_PROTOCOL || code == CURLE_URL_MALFORMAT ||
         code == CURLE_NOT_BUILT_IN || code == CURLE_UNKNOWN_OPTION;
}

Reply::Delivery delivery_of(const Transfer& transfer, CURLcode code) {
  if (code == CURLE_OK) return Reply::Delivery::kAnswered;
  if (transfer.is_too_large) return Reply::Delivery::kTooLarge;
  if (is_about_settings(code)) return Reply::Delivery::kImpossible;
  // Set when the connection (TLS included) stood and the request was about to be written.
  const bool was_begun = info<curl_off_t>(transfer.easy.get(), CURLINFO_PRETRANSFER_TIME_T) > 0;
  return was_begun ? Reply::Delivery::kLost : Reply::Delivery::kNotSent;
}

/// Without the time that the connection took.
std::chrono::microseconds time_at_server(CURL* easy) {
  return std::chrono::microseconds(info<curl_off_t>(easy, CURLINFO_TOTAL_TIME_T) -
                                   info<curl_off_t>(easy, CURLINFO_PRETRANSFER_TIME_T));
}

class CurlTransport final : public Transport {
 public:
  CurlTransport(const GatewaySettings& settings, std::string url)
      : url_(std::move(url)),
        ca_file_(settings.ca_file),
        protocols_(settings.allow_http ? "http,https" : "https"),
        connect_timeout_(settings.connect_timeout),
        max_answer_bytes_(settings.max_answer_bytes),
        multi_(curl_multi_init()),
        // curl would hold back larger bodies until the server says "100 Continue".
        headers_(curl_slist_append(nullptr, "Expect:")) {
    const auto connections = static_cast<long>(settings.concurrency.max);
    curl_multi_setopt(multi_.get(), CURLMOPT_MAX_HOST_CONNECTIONS, connections);
    curl_multi_setopt(multi_.get(), CURLMOPT_MAXCONNECTS, connections);
    curl_multi_setopt(multi_.get(), CURLMOPT_PIPELINING, CURLPIPE_NOTHING);
  }
  CurlTransport(const CurlTransport&) = delete;
  CurlTransport& operator=(const CurlTransport&) = delete;
  ~CurlTransport() override {
    for (const auto& transfer : busy_) {
      curl_multi_remove_handle(multi_.get(), transfer->easy.get());
    }
  }

  void send(Request request) override {
    std::unique_ptr<Transfer> transfer = idle_transfer();
    CURL* const easy = transfer->easy.get();
    transfer->id = request.id;
    transfer->body = std::move(request.body);
    transfer->sent = 0;
    transfer->answer.clear();
    transfer->is_too_large = false;
    transfer->trouble[0] = '\0';
    // When a server closes a kept connection on us, curl silently sends the request once more. It
    // can do so only with a body that it holds itself; one that it had to ask for is gone, and the
    // transfer fails instead. So no write is ever sent twice.
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS,
                     request.repeatable ? transfer->body.c_str() : nullptr);
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE,
                     static_cast<curl_off_t>(transfer->body.size()));
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, long{request.timeout.count()});
    curl_multi_add_handle(multi_.get(), easy);
    busy_.push_back(std::move(transfer));
  }

  void run(std::chrono::milliseconds wait, std::span<const int> wake_fds) override {
    perform();
    if (!replies_.empty() || wait.count() <= 0) return;
    std::vector<curl_waitfd> fds;
    fds.reserve(wake_fds.size());
    for (const int fd : wake_fds) {
      if (fd >= 0) fds.push_back(curl_waitfd{fd, CURL_WAIT_POLLIN, 0});
    }
    curl_multi_poll(multi_.get(), fds.data(), static_cast<unsigned>(fds.size()),
                    static_cast<int>(wait.count()), nullptr);
    perform();
  }

  std::vector<Reply> take_replies() override { return std::exchange(replies_, {}); }

  [[nodiscard]] std::uint64_t connections_opened() const override { return connections_; }

 private:
  std::unique_ptr<Transfer> idle_transfer() {
    if (idle_.empty()) return new_transfer();
    std::unique_ptr<Transfer> transfer = std::move(idle_.back());
    idle_.pop_back();
    return transfer;
  }

  std::unique_ptr<Transfer> new_transfer() {
    auto transfer = std::make_unique<Transfer>();
    transfer->easy.reset(curl_easy_init());
    transfer->max_answer_bytes = max_answer_bytes_;
    CURL* const easy = transfer->easy.get();
    curl_easy_setopt(easy, CURLOPT_URL, url_.c_str());
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, protocols_.c_str());
    curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_POST, 1L);
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers_.get());
    curl_easy_setopt(easy, CURLOPT_USERAGENT, "moodle-syncd/" MOODLESYNC_VERSION);
    curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "");
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
    set_connection_options(easy);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_answer);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, transfer.get());
    curl_easy_setopt(easy, CURLOPT_READFUNCTION, give_body);
    curl_easy_setopt(easy, CURLOPT_READDATA, transfer.get());
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, transfer->trouble.data());
    return transfer;
  }

  void set_connection_options(CURL* easy) const {
    // Web servers close kept connections after five seconds (Apache's default) or more; one that is
    // used just then would leave a write in doubt.
    constexpr long kLongestIdleSeconds = 4;
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, long{connect_timeout_.count()});
    curl_easy_setopt(easy, CURLOPT_MAXAGE_CONN, kLongestIdleSeconds);
    curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
    curl_easy_setopt(easy, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L);
    if (!ca_file_.empty()) curl_easy_setopt(easy, CURLOPT_CAINFO, ca_file_.c_str());
  }

  void perform() {
    int running = 0;
    curl_multi_perform(multi_.get(), &running);
    int queued = 0;
    while (const CURLMsg* message = curl_multi_info_read(multi_.get(), &queued)) {
      if (message->msg == CURLMSG_DONE) finish(message->easy_handle, message->data.result);
    }
  }

  void finish(CURL* easy, CURLcode code) {
    curl_multi_remove_handle(multi_.get(), easy);
    const auto at = std::ranges::find_if(
        busy_, [&](const auto& transfer) { return transfer->easy.get() == easy; });
    Transfer& transfer = **at;
    connections_ += static_cast<std::uint64_t>(info<long>(easy, CURLINFO_NUM_CONNECTS));
    Reply reply;
    reply.id = transfer.id;
    reply.delivery = delivery_of(transfer, code);
    if (code == CURLE_OK) {
      reply.status = info<long>(easy, CURLINFO_RESPONSE_CODE);
      reply.content_type = text_info(easy, CURLINFO_CONTENT_TYPE);
      reply.location = text_info(easy, CURLINFO_REDIRECT_URL);
      const auto wait = std::chrono::seconds(info<curl_off_t>(easy, CURLINFO_RETRY_AFTER));
      if (wait.count() > 0) reply.retry_after = std::min(wait, kLongestRetryAfter);
      reply.took = time_at_server(easy);
      reply.body = std::move(transfer.answer);
    } else {
      const std::string_view trouble(transfer.trouble.data());
      reply.detail = trouble.empty() ? std::string(curl_easy_strerror(code)) : std::string(trouble);
    }
    replies_.push_back(std::move(reply));
    idle_.push_back(std::move(*at));
    busy_.erase(at);
  }

  std::string url_;
  std::string ca_file_;
  std::string protocols_;
  std::chrono::milliseconds connect_timeout_;
  std::size_t max_answer_bytes_;
  std::unique_ptr<CURLM, MultiDeleter> multi_;
  std::unique_ptr<curl_slist, ListDeleter> headers_;
  std::vector<std::unique_ptr<Transfer>> busy_;
  std::vector<std::unique_ptr<Transfer>> idle_;
  std::vector<Reply> replies_;
  std::uint64_t connections_ = 0;
};

Error bad_url(const GatewaySettings& settings, std::string_view why) {
  return Error{ErrorKind::kConfig, "bad_url",
               "moodle.url '" + settings.base_url + "' " + std::string(why)};
}

std::string part_of(CURLU* url, CURLUPart part) {
  char* text = nullptr;
  if (curl_url_get(url, part, &text, 0) != CURLUE_OK) return {};
  const std::unique_ptr<char, TextDeleter> owner(text);
  return text;
}

/// What makes `base_url` unusable, if anything does.
std::optional<Error> url_fault(const GatewaySettings& settings) {
  const std::unique_ptr<CURLU, UrlDeleter> url(curl_url());
  if (curl_url_set(url.get(), CURLUPART_URL, settings.base_url.c_str(), 0) != CURLUE_OK) {
    return bad_url(settings, "is not a URL");
  }
  if (!part_of(url.get(), CURLUPART_USER).empty() || !part_of(url.get(), CURLUPART_QUERY).empty() ||
      !part_of(url.get(), CURLUPART_FRAGMENT).empty()) {
    return Error{ErrorKind::kConfig, "bad_url",
                 "moodle.url must be Moodle's wwwroot only, without user, query or fragment"};
  }
  const std::string scheme = part_of(url.get(), CURLUPART_SCHEME);
  if (scheme != "https" && scheme != "http") return bad_url(settings, "must begin with https://");
  if (scheme == "http" && !settings.allow_http) {
    return bad_url(settings, "would send the token in clear; use https:// or set allow_http");
  }
  return std::nullopt;
}

}  // namespace

Result<std::unique_ptr<Transport>> open_curl_transport(const GatewaySettings& settings) {
  static const CURLcode kReady = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (kReady != CURLE_OK) {
    return Error{ErrorKind::kConfig, "no_curl", "libcurl cannot start on this machine"};
  }
  if (auto fault = url_fault(settings)) return *std::move(fault);
  std::string url = settings.base_url;
  while (url.ends_with('/')) url.pop_back();
  url += "/webservice/rest/server.php";
  std::unique_ptr<Transport> transport = std::make_unique<CurlTransport>(settings, std::move(url));
  return transport;
}

}  // namespace moodlesync::moodle
