#include "ops/admin_desk.h"

#include <sys/random.h>

#include <algorithm>
#include <cstdlib>
#include <vector>

namespace moodlesync::ops {

namespace {

constexpr std::string_view kCookie = "moodle_syncd_session";
constexpr std::chrono::hours kSessionLasts{8};
constexpr std::size_t kSecretBytes = 32;

/// Whether a page of ours sent it. Browsers say so themselves; what says nothing is no browser, and
/// no browser can be made to keep silent about it.
bool is_from_our_page(const HttpRequest& request) {
  const std::string_view site = request.header("sec-fetch-site");
  if (!site.empty() && site != "same-origin" && site != "none") return false;
  const std::string_view origin = request.header("origin");
  if (origin.empty()) return true;
  const std::string host(request.header("host"));
  return origin == "http://" + host || origin == "https://" + host;
}

std::string_view value_of(const FormValues& form, std::string_view name) {
  const auto found = form.find(name);
  return found == form.end() ? std::string_view{} : found->second;
}

}  // namespace

std::string random_hex(std::size_t bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::vector<unsigned char> random(bytes);
  std::size_t filled = 0;
  while (filled < bytes) {
    const ssize_t got = ::getrandom(random.data() + filled, bytes - filled, 0);
    // Without randomness there is no secret, and nothing better to do than to end.
    if (got < 0) std::abort();
    filled += static_cast<std::size_t>(got);
  }
  std::string text;
  for (const unsigned char byte : random) {
    text += kDigits[byte >> 4U];
    text += kDigits[byte & 0xFU];
  }
  return text;
}

bool is_same_secret(std::string_view secret, std::string_view given) {
  std::size_t difference = secret.size() ^ given.size();
  for (std::size_t i = 0; i < given.size(); ++i) {
    const char expected = secret.empty() ? '\0' : secret[i % secret.size()];
    difference |= static_cast<std::size_t>(static_cast<unsigned char>(expected ^ given[i]));
  }
  return difference == 0 && !secret.empty();
}

AdminDesk::Session* AdminDesk::session_of(const HttpRequest& request) {
  std::erase_if(sessions_, [now = clock_.now()](const Session& one) { return now >= one.ends; });
  const std::string cookie = request.cookie(kCookie);
  const auto found = std::ranges::find_if(
      sessions_, [&cookie](const Session& one) { return is_same_secret(one.id, cookie); });
  return found == sessions_.end() ? nullptr : &*found;
}

AdminDesk::Session* AdminDesk::actor_of(const HttpRequest& request) {
  if (!is_from_our_page(request)) return nullptr;
  Session* const session = session_of(request);
  if (session == nullptr) return nullptr;
  return is_same_secret(session->csrf, value_of(request.form(), "csrf")) ? session : nullptr;
}

AdminDesk::SignIn AdminDesk::sign_in(const HttpRequest& request) {
  if (!is_from_our_page(request)) return SignIn::kForeign;
  const auto now = clock_.now();
  if (now >= failures_forgotten_) {
    failures_ = 0;
    failures_forgotten_ = now + std::chrono::minutes{1};
  }
  if (failures_ >= kTries) return SignIn::kTooOften;
  if (!is_same_secret(token_, value_of(request.form(), "token"))) {
    ++failures_;
    return SignIn::kWrong;
  }
  if (sessions_.size() >= kMostSessions) sessions_.pop_front();
  sessions_.push_back(
      {random_hex(kSecretBytes), random_hex(kSecretBytes), {}, now + kSessionLasts});
  return SignIn::kWelcome;
}

std::string AdminDesk::newest_cookie() const {
  const auto lasts = std::chrono::duration_cast<std::chrono::seconds>(kSessionLasts);
  return std::string(kCookie) + "=" + sessions_.back().id +
         "; Path=/; HttpOnly; SameSite=Strict; Max-Age=" + std::to_string(lasts.count());
}

void AdminDesk::sign_out(const Session& session) {
  std::erase_if(sessions_, [id = session.id](const Session& one) { return one.id == id; });
}

}  // namespace moodlesync::ops
