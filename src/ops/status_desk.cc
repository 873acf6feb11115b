#include "ops/status_desk.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/text.h"
#include "ops/html.h"
#include "ops/pause_of.h"
#include "ops/status_pauses.h"

namespace moodlesync::ops {

namespace {

constexpr int kSeeOther = 303;
constexpr int kForbidden = 403;
constexpr int kNotFound = 404;
constexpr int kTooManyRequests = 429;
constexpr const char* kPlain = "text/plain; charset=utf-8";

HttpResponse refuse(int status, std::string why) {
  return {status, kPlain, std::move(why) + "\n", {}};
}

HttpResponse back_to_the_page() { return {kSeeOther, kPlain, "", {{"Location", "/"}}}; }

std::string value_of(const FormValues& form, std::string_view name) {
  const auto found = form.find(name);
  return found == form.end() ? std::string{} : found->second;
}

/// The component that is to be paused or resumed, empty: everything; nothing when the form does not
/// say.
std::optional<std::string> pausable_in(const FormValues& form) {
  if (form.contains("everything")) return std::string{};
  std::string component = value_of(form, "component");
  if (component.empty()) return std::nullopt;
  return component;
}

/// Of UTF-8.
std::size_t characters_in(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(
      text, [](char c) { return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U; }));
}

/// For the beginning of a sentence.
std::string subject(const std::string& component) {
  return component.empty() ? "Everything" : component;
}

}  // namespace

StatusDesk::StatusDesk(Names names, const EndpointSettings& settings, Ports ports)
    : names_(std::move(names)),
      settings_(settings),
      ports_(ports),
      admins_(settings.admin_token, ports.clock) {}

HttpResponse StatusDesk::show(const HttpRequest& request) { return page(request, {}); }

HttpResponse StatusDesk::page(const HttpRequest& request, std::string notice) {
  StatusView view;
  view.drupal_url = names_.drupal_url;
  view.moodle_url = names_.moodle_url;
  view.version = names_.version;
  view.queue = ports_.watch.read();
  view.vitals = ports_.vital_signs.read();
  view.patience = settings_.patience;
  look_up(request, view);
  AdminDesk::Session* const session = admins_.session_of(request);
  view.may_sign_in = admins_.is_open() && session == nullptr;
  view.notice = std::move(notice);
  if (session != nullptr) {
    view.csrf = session->csrf;
    // The page's own refreshing must not swallow what a person is to read.
    if (request.header("sec-fetch-mode") != "cors")
      view.notice = std::exchange(session->notice, {});
  }
  constexpr std::size_t kNonceBytes = 16;
  const std::string nonce = random_hex(kNonceBytes);
  HttpResponse response;
  response.content_type = "text/html; charset=utf-8";
  response.body = render_status_page(view, nonce);
  response.headers = {
      {"Content-Security-Policy",
       "default-src 'none'; style-src 'nonce-" + nonce + "'; script-src 'nonce-" + nonce +
           "'; connect-src 'self'; img-src data:; form-action 'self'; base-uri 'none'; "
           "frame-ancestors 'none'"},
      // With no-referrer, browsers would send our own forms with the origin "null".
      {"Referrer-Policy", "same-origin"},
      {"Cross-Origin-Opener-Policy", "same-origin"},
      {"X-Frame-Options", "DENY"}};
  return response;
}

void StatusDesk::look_up(const HttpRequest& request, StatusView& view) {
  view.searched = base::trim(value_of(request.query, "entity"));
  if (view.searched.empty()) return;
  Result<EntityRef> entity = parse_entity_ref(view.searched);
  if (!entity) {
    view.search_trouble = "Write a type and an id, as in node:12, user:7, taxonomy_term:3.";
    return;
  }
  Result<Dossier> found = ports_.watch.look_up(*entity);
  if (found) {
    view.found = *std::move(found);
  } else {
    view.search_trouble = found.error().message;
  }
  view.entity = *std::move(entity);
}

HttpResponse StatusDesk::act(const HttpRequest& request) {
  if (!admins_.is_open()) return refuse(kNotFound, "this page can only be read");
  if (request.path == "/sign-in") return sign_in(request);
  AdminDesk::Session* const session = admins_.actor_of(request);
  if (session == nullptr) return refuse(kForbidden, "sign in on the status page, and click there");
  if (request.path == "/retry") {
    session->notice = retry(request.form());
  } else if (request.path == "/allow") {
    session->notice = allow(request.form());
  } else if (request.path == "/pause") {
    session->notice = pause(request.form());
  } else if (request.path == "/resume") {
    session->notice = resume(request.form());
  } else if (request.path == "/sign-out") {
    admins_.sign_out(*session);
  } else {
    return refuse(kNotFound, "there is nothing here");
  }
  return back_to_the_page();
}

HttpResponse StatusDesk::turn_away(const HttpRequest& request, int status, std::string why) {
  HttpResponse response = page(request, std::move(why));
  response.status = status;
  return response;
}

HttpResponse StatusDesk::sign_in(const HttpRequest& request) {
  switch (admins_.sign_in(request)) {
    case AdminDesk::SignIn::kWelcome:
      break;
    case AdminDesk::SignIn::kWrong:
      return turn_away(request, kForbidden, "That is not the token in http.admin_token_file.");
    case AdminDesk::SignIn::kTooOften:
      return turn_away(request, kTooManyRequests, "Too many wrong tokens; wait a minute.");
    case AdminDesk::SignIn::kForeign:
      return refuse(kForbidden, "sign in on the status page itself");
  }
  HttpResponse response = back_to_the_page();
  response.headers.emplace_back("Set-Cookie", admins_.newest_cookie());
  return response;
}

std::string StatusDesk::retry(const FormValues& form) {
  ParkedFilter filter;
  filter.component = value_of(form, "component");
  filter.code = value_of(form, "code");
  const std::string name = value_of(form, "entity");
  if (!name.empty()) {
    Result<EntityRef> entity = parse_entity_ref(name);
    if (!entity) return entity.error().message;
    filter.entity = *std::move(entity);
  }
  if (filter.is_open()) return "Nothing was named, so nothing was tried again.";
  const Result<std::size_t> retried = ports_.watch.retry(filter);
  if (!retried) return "That did not work: " + retried.error().message;
  return counted(static_cast<std::int64_t>(*retried), "task is", "tasks are") + " tried again now.";
}

std::string StatusDesk::allow(const FormValues& form) {
  const std::string component = value_of(form, "component");
  if (component.empty()) return "No component was named, so nothing was let go.";
  const Result<std::size_t> allowed = ports_.watch.allow(component);
  if (!allowed) return "That did not work: " + allowed.error().message;
  return counted(static_cast<std::int64_t>(*allowed), "removal goes", "removals go") +
         " to Moodle now.";
}

std::string StatusDesk::pause(const FormValues& form) {
  const auto component = pausable_in(form);
  if (!component) return "Nothing was named, so nothing was paused.";
  const std::vector<std::string> known = ports_.vital_signs.read().components;
  if (!component->empty() && std::ranges::find(known, *component) == known.end()) {
    return "There is no component " + *component + ", so nothing was paused.";
  }
  const std::string given = value_of(form, "reason");
  const std::string_view reason = base::trim(given);
  if (characters_in(reason) > kLongestReason) {
    return "Nothing was paused: a reason has at most " + std::to_string(kLongestReason) +
           " characters.";
  }
  const Result<bool> paused = ports_.watch.pause(*component, reason);
  if (!paused) return "That did not work: " + paused.error().message;
  return subject(*component) + (*paused ? " is paused now." : " was paused already.") +
         " What is being worked on is finished; changes are kept.";
}

std::string StatusDesk::resume(const FormValues& form) {
  const auto component = pausable_in(form);
  if (!component) return "Nothing was named, so nothing was resumed.";
  const Result<std::size_t> resumed = ports_.watch.resume(*component);
  if (!resumed) return "That did not work: " + resumed.error().message;
  const std::string name = subject(*component);
  const bool has_ended = *resumed > 0;
  if (pause_of(ports_.watch.read().pauses, "") != nullptr) {
    return has_ended ? "The pause of " + name + " is over, but everything is paused."
                     : name + " was not paused by itself: everything is.";
  }
  return name + (has_ended ? " goes on now." : " was not paused.");
}

}  // namespace moodlesync::ops
