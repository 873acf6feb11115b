#pragma once

#include <string>

#include "ops/admin_desk.h"
#include "ops/endpoint_settings.h"
#include "ops/http_message.h"
#include "ops/queue_watch.h"
#include "ops/status_page.h"
#include "ops/vital_signs.h"

namespace moodlesync::ops {

/// The status page and what can be clicked on it.
///
/// Lifetime: borrows all. Threads: the HTTP server's only.
class StatusDesk {
 public:
  struct Names {
    std::string drupal_url;
    std::string moodle_url;
    std::string version;
  };
  struct Ports {
    const Clock& clock;
    const VitalSigns& vital_signs;
    QueueWatch& watch;
  };
  StatusDesk(Names names, const EndpointSettings& settings, Ports ports);

  /// `/`
  [[nodiscard]] HttpResponse show(const HttpRequest& request);
  /// POST: `/sign-in`, `/sign-out`, `/retry`, `/allow`, `/pause`, `/resume`; anything else is not
  /// found.
  [[nodiscard]] HttpResponse act(const HttpRequest& request);

 private:
  [[nodiscard]] HttpResponse page(const HttpRequest& request, std::string notice);
  [[nodiscard]] HttpResponse turn_away(const HttpRequest& request, int status, std::string why);
  void look_up(const HttpRequest& request, StatusView& view);
  [[nodiscard]] HttpResponse sign_in(const HttpRequest& request);
  [[nodiscard]] std::string retry(const FormValues& form);
  [[nodiscard]] std::string allow(const FormValues& form);
  [[nodiscard]] std::string pause(const FormValues& form);
  [[nodiscard]] std::string resume(const FormValues& form);

  Names names_;
  const EndpointSettings& settings_;
  Ports ports_;
  AdminDesk admins_;
};

}  // namespace moodlesync::ops
