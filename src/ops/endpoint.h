#pragma once

#include <memory>
#include <string>

#include "moodlesync/clock.h"
#include "moodlesync/result.h"
#include "ops/endpoint_settings.h"
#include "ops/http_server.h"
#include "ops/metrics.h"
#include "ops/queue_watch.h"
#include "ops/status_desk.h"
#include "ops/vital_signs.h"

namespace moodlesync::ops {

/// What can be asked over HTTP: the status page at `/`, `/livez`, `/readyz`, `/metrics`.
///
/// Answers come from what is known already (VitalSigns, QueueWatch): nothing here asks the loop or
/// Moodle, and only a person who looks up an entity, or acts, asks the database.
///
/// Lifetime: borrows the ports. Threads: one of its own, and the queue watch's.
class Endpoint {
 public:
  struct Ports {
    const Clock& clock;
    const VitalSigns& vital_signs;
    const Metrics& metrics;
    QueueWatch::Open open_database;  ///< A database of the watch's own.
    StatusDesk::Names names;
  };

  /// Requires: settings.listen is set. Errors: as HttpServer::open().
  [[nodiscard]] static Result<std::unique_ptr<Endpoint>> open(EndpointSettings settings,
                                                              Ports ports);

  [[nodiscard]] const ListenAddress& address() const { return server_->address(); }

 private:
  Endpoint(EndpointSettings settings, Ports ports);
  [[nodiscard]] HttpResponse answer(const HttpRequest& request);
  [[nodiscard]] HttpResponse answer_get(const HttpRequest& request);
  [[nodiscard]] HttpResponse scrape() const;

  EndpointSettings settings_;
  Ports ports_;
  std::unique_ptr<QueueWatch> watch_;
  std::unique_ptr<StatusDesk> desk_;
  std::unique_ptr<HttpServer> server_;  ///< Last: it calls answer() until it is gone.
};

}  // namespace moodlesync::ops
