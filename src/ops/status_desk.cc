#include "ops/status_desk.h"

#include <utility>

#include "base/text.h"
#include "ops/html.h"

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

}  // namespace moodlesync::ops
