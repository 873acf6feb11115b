#include "ops/endpoint.h"

#include <utility>

#include "ops/health.h"

namespace moodlesync::ops {

namespace {

constexpr int kNotFound = 404;
constexpr int kWrongMethod = 405;

HttpResponse not_found() {
  return {
      kNotFound, "text/plain; charset=utf-8", "there are /, /livez, /readyz and /metrics\n", {}};
}

double wall_seconds() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

}  // namespace

Endpoint::Endpoint(EndpointSettings settings, Ports ports)
    : settings_(std::move(settings)), ports_(std::move(ports)) {}

Result<std::unique_ptr<Endpoint>> Endpoint::open(EndpointSettings settings, Ports ports) {
  const ListenAddress address = settings.listen.value_or(ListenAddress{});
  std::unique_ptr<Endpoint> endpoint(new Endpoint(std::move(settings), std::move(ports)));
  Endpoint& self = *endpoint;
  self.watch_ = std::make_unique<QueueWatch>(self.ports_.open_database, self.ports_.clock,
                                             self.settings_.refresh);
  self.desk_ = std::make_unique<StatusDesk>(
      self.ports_.names, self.settings_,
      StatusDesk::Ports{self.ports_.clock, self.ports_.vital_signs, *self.watch_});
  auto server = HttpServer::open(address, self.ports_.clock, [&self](const HttpRequest& request) {
    return self.answer(request);
  });
  if (!server) return std::move(server).error();
  self.server_ = *std::move(server);
  return endpoint;
}

HttpResponse Endpoint::answer(const HttpRequest& request) {
  if (request.method == "POST") return desk_->act(request);
  if (request.method == "GET" || request.method == "HEAD") return answer_get(request);
  return {
      kWrongMethod, "text/plain; charset=utf-8", "GET or POST\n", {{"Allow", "GET, HEAD, POST"}}};
}

HttpResponse Endpoint::answer_get(const HttpRequest& request) {
  if (request.path == "/") return desk_->show(request);
  if (request.path == "/livez") return livez(ports_.vital_signs.read(), settings_.patience);
  if (request.path == "/readyz") {
    return readyz(ports_.vital_signs.read(), settings_.patience, request.query);
  }
  if (request.path == "/metrics") return scrape();
  return not_found();
}

HttpResponse Endpoint::scrape() const {
  HttpResponse response;
  response.content_type = "text/plain; version=0.0.4; charset=utf-8";
  response.body = ports_.metrics.text(ports_.vital_signs.read(), watch_->read(), wall_seconds());
  return response;
}

}  // namespace moodlesync::ops
