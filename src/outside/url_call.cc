#include "outside/url_call.h"

#include <curl/curl.h>
#include <sys/epoll.h>

#include <array>
#include <utility>

#include "outside/descriptor.h"

namespace moodlesync::outside {

namespace {

template <auto kFree>
struct Freed {
  template <class T>
  void operator()(T* what) const {
    kFree(what);
  }
};
using Easy = std::unique_ptr<CURL, Freed<curl_easy_cleanup>>;
using Multi = std::unique_ptr<CURLM, Freed<curl_multi_cleanup>>;
using List = std::unique_ptr<curl_slist, Freed<curl_slist_free_all>>;
using Url = std::unique_ptr<CURLU, Freed<curl_url_cleanup>>;

extern "C" {

static std::size_t drop_answer(char* /*data*/, std::size_t size, std::size_t count,
                               void* /*target*/) {
  return size * count;
}

/// curl says what it waits for; an epoll set makes one descriptor of it.
static int watch_socket(CURL* /*easy*/, curl_socket_t socket, int what, void* set,
                        void* /*unused*/) {
  const int watch = *static_cast<int*>(set);
  epoll_event event{};
  event.data.fd = socket;
  if ((what & CURL_POLL_IN) != 0) event.events |= EPOLLIN;
  if ((what & CURL_POLL_OUT) != 0) event.events |= EPOLLOUT;
  epoll_ctl(watch, EPOLL_CTL_DEL, socket, nullptr);
  if (what != CURL_POLL_REMOVE) epoll_ctl(watch, EPOLL_CTL_ADD, socket, &event);
  return 0;
}

}  // extern "C"

class UrlCall final : public Call {
 public:
  UrlCall(const std::string& url, const std::string& ca_file, std::chrono::milliseconds timeout,
          std::string body)
      : body_(std::move(body)),
        watch_(epoll_create1(EPOLL_CLOEXEC)),
        watch_fd_(watch_.get()),
        headers_(curl_slist_append(nullptr, "Content-Type: application/json")),
        multi_(curl_multi_init()),
        easy_(curl_easy_init()) {
    CURL* const easy = easy_.get();
    curl_easy_setopt(easy, CURLOPT_URL, url.c_str());
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, long{timeout.count()});
    curl_easy_setopt(easy, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L);
    if (!ca_file.empty()) curl_easy_setopt(easy, CURLOPT_CAINFO, ca_file.c_str());
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers_.get());
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, body_.c_str());
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body_.size()));
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, drop_answer);
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, trouble_.data());
    curl_multi_setopt(multi_.get(), CURLMOPT_SOCKETFUNCTION, watch_socket);
    curl_multi_setopt(multi_.get(), CURLMOPT_SOCKETDATA, &watch_fd_);
    curl_multi_add_handle(multi_.get(), easy);
  }
  UrlCall(const UrlCall&) = delete;
  UrlCall& operator=(const UrlCall&) = delete;
  ~UrlCall() override { curl_multi_remove_handle(multi_.get(), easy_.get()); }

  [[nodiscard]] int fd() const override { return watch_fd_; }

  [[nodiscard]] std::optional<Status> poll() override {
    int running = 0;
    std::array<epoll_event, 8> ready{};
    const int count = epoll_wait(watch_fd_, ready.data(), static_cast<int>(ready.size()), 0);
    for (int i = 0; i < count; ++i) {
      const epoll_event& event = ready[static_cast<std::size_t>(i)];
      const int what = ((event.events & EPOLLIN) != 0U ? CURL_CSELECT_IN : 0) |
                       ((event.events & EPOLLOUT) != 0U ? CURL_CSELECT_OUT : 0) |
                       ((event.events & (EPOLLERR | EPOLLHUP)) != 0U ? CURL_CSELECT_ERR : 0);
      curl_multi_socket_action(multi_.get(), event.data.fd, what, &running);
    }
    // For its timeouts, and the very beginning.
    curl_multi_socket_action(multi_.get(), CURL_SOCKET_TIMEOUT, 0, &running);
    int queued = 0;
    while (const CURLMsg* message = curl_multi_info_read(multi_.get(), &queued)) {
      if (message->msg == CURLMSG_DONE) return outcome(message->data.result);
    }
    return std::nullopt;
  }

 private:
  [[nodiscard]] Status outcome(CURLcode code) {
    const auto failed = [](std::string why) {
      return Error{ErrorKind::kTransient, "url_failed", "drupal.invalidate_url: " + std::move(why)};
    };
    if (code != CURLE_OK) {
      return failed(trouble_[0] == '\0' ? curl_easy_strerror(code) : trouble_.data());
    }
    long status = 0;
    curl_easy_getinfo(easy_.get(), CURLINFO_RESPONSE_CODE, &status);
    if (status >= 200 && status < 300) return ok();
    return failed("the answer was HTTP " + std::to_string(status));
  }

  std::string body_;
  Descriptor watch_;
  int watch_fd_;
  std::array<char, CURL_ERROR_SIZE> trouble_{};
  List headers_;
  Multi multi_;
  Easy easy_;
};

std::string part_of(CURLU* url, CURLUPart part) {
  char* text = nullptr;
  if (curl_url_get(url, part, &text, 0) != CURLUE_OK) return {};
  const std::unique_ptr<char, Freed<curl_free>> owner(text);
  return text;
}

}  // namespace

std::string url_objection(const std::string& text) {
  const Url url(curl_url());
  if (curl_url_set(url.get(), CURLUPART_URL, text.c_str(), 0) != CURLUE_OK) return "is not a URL";
  const std::string scheme = part_of(url.get(), CURLUPART_SCHEME);
  if (scheme == "https") return {};
  if (scheme != "http") return "must begin with https:// or http://";
  const std::string host = part_of(url.get(), CURLUPART_HOST);
  const bool is_address = host.find_first_not_of("0123456789.") == std::string::npos;
  if (host == "localhost" || host == "[::1]" || (is_address && host.starts_with("127."))) return {};
  return "must be https:// unless it is on this machine (localhost)";
}

Result<std::unique_ptr<Call>> start_post(const std::string& url, const std::string& ca_file,
                                         std::chrono::milliseconds timeout, std::string body) {
  static const CURLcode kReady = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (kReady != CURLE_OK) {
    return Error{ErrorKind::kConfig, "no_curl", "libcurl cannot start on this machine"};
  }
  if (const std::string objection = url_objection(url); !objection.empty()) {
    return Error{ErrorKind::kConfig, "bad_url", "drupal.invalidate_url " + objection};
  }
  return std::unique_ptr<Call>(std::make_unique<UrlCall>(url, ca_file, timeout, std::move(body)));
}

}  // namespace moodlesync::outside
