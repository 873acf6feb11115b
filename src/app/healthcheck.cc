#include "app/healthcheck.h"

#include <curl/curl.h>

#include <algorithm>
#include <memory>
#include <string>

#include "ops/listen_address.h"

namespace moodlesync::app {

namespace {

constexpr long kTimeoutMs = 5'000;
constexpr std::size_t kLongestAnswer = 4096;
constexpr long kHttpOk = 200;

struct Answer {
  long status = 0;        ///< 0: none came.
  std::string text = {};  ///< The body, or why there is none.
};

std::size_t take(const char* data, std::size_t size, std::size_t count, std::string* text) {
  text->append(data, std::min(size * count, kLongestAnswer - text->size()));
  return size * count;
}

Answer ask(const std::string& url) {
  const std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> curl(curl_easy_init(),
                                                                 &curl_easy_cleanup);
  Answer answer;
  if (curl == nullptr) return {0, "no memory"};
  curl_easy_setopt(curl.get(), CURLOPT_URL, url.c_str());
  curl_easy_setopt(curl.get(), CURLOPT_NOPROXY, "*");
  curl_easy_setopt(curl.get(), CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl.get(), CURLOPT_TIMEOUT_MS, kTimeoutMs);
  curl_easy_setopt(curl.get(), CURLOPT_WRITEFUNCTION, &take);
  curl_easy_setopt(curl.get(), CURLOPT_WRITEDATA, &answer.text);
  const CURLcode code = curl_easy_perform(curl.get());
  if (code != CURLE_OK) return {0, curl_easy_strerror(code)};
  curl_easy_getinfo(curl.get(), CURLINFO_RESPONSE_CODE, &answer.status);
  return answer;
}

/// Who listens at every address listens at the loopback one, too.
ops::ListenAddress reachable(ops::ListenAddress address) {
  if (address.host == "0.0.0.0") address.host = "127.0.0.1";
  if (address.host == "::") address.host = "::1";
  return address;
}

}  // namespace

ExitCode healthcheck(const Invocation& invocation, const Rooms& rooms, Console console) {
  const auto settings = settings_or_complaint(invocation, rooms, console);
  if (!settings) return ExitCode::kConfig;
  const auto& listen = settings->endpoint.listen;
  if (!listen || listen->port == 0) {
    console.err << "moodle-syncd: the daemon listens nowhere that is known: set http.listen in "
                << invocation.config.string() << ", e.g. `http: {listen: 127.0.0.1:8470}`\n";
    return ExitCode::kConfig;
  }
  const std::string url =
      "http://" + ops::to_string(reachable(*listen)) + (invocation.ready ? "/readyz" : "/livez");
  const Answer answer = ask(url);
  if (answer.status == kHttpOk) {
    console.out << answer.text;
    return ExitCode::kOk;
  }
  console.err << "moodle-syncd: " << url << " "
              << (answer.status == 0 ? "does not answer: " : "says no: ") << answer.text << "\n";
  return ExitCode::kUnavailable;
}

}  // namespace moodlesync::app
