#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <string>

#include "moodle/secret.h"

namespace moodlesync::moodle {

/// Requests in flight at once. Between the bounds the gateway finds the number itself, by what gets
/// done. More than Moodle has cores only makes each of them slower, and its transactions collide
/// more often.
struct ConcurrencySettings {
  std::size_t min = 1;      ///< Kept to however slow Moodle gets.
  std::size_t initial = 2;  ///< What a run begins with; fewer only while Moodle suffers.
  std::size_t max = 4;      ///< Raise it for a Moodle on many cores.
};

/// Where Moodle is and how hard it may be asked.
struct GatewaySettings {
  /// Moodle's `wwwroot`, e.g. "https://moodle.example.org/lms"; a slash at the end does not matter.
  std::string base_url;

  /// Token of the external service; sent in the request body only.
  Secret token;

  /// PEM file of the authorities to trust instead of the system's. Empty: the system's.
  std::string ca_file = {};

  /// Lets `base_url` begin with http://, so that token and data cross the network in clear.
  bool allow_http = false;

  ConcurrencySettings concurrency = {};

  /// PHP's `max_input_vars` in Moodle's web server. Above 1000 it is believed only once the
  /// preflight has seen that many variables get through. Lower: smaller batches.
  int max_input_vars = 1000;

  /// How long a connection may take to come about. Lower: an outage is noticed sooner, a slow
  /// network sooner mistaken for one.
  std::chrono::milliseconds connect_timeout{10'000};

  /// Multiplies every function's own timeout. Raise it for a slow Moodle: a call that is given up
  /// too early is in doubt and must be looked up.
  double timeout_factor = 1.0;

  /// An answer larger than this is dropped while it comes in, which bounds the daemon's memory.
  std::size_t max_answer_bytes = std::size_t{64} * 1024 * 1024;

  /// Rows per call for single functions, by function name, instead of the number that is learnt.
  std::map<std::string, int, std::less<>> max_batch = {};
};

}  // namespace moodlesync::moodle
