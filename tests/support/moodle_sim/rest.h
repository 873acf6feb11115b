#pragma once

#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "support/moodle_sim/function.h"
#include "support/moodle_sim/settings.h"
#include "support/moodle_sim/site.h"

namespace moodlesync::sim {

/// A request as the web server hands it to PHP.
struct HttpRequest {
  std::string query;         ///< Behind the "?", still encoded.
  std::string body;          ///< Empty for GET.
  std::string content_type;  ///< Only application/x-www-form-urlencoded bodies are read.
};

struct HttpAnswer {
  int status = 200;
  std::string content_type = "application/json";
  std::string body = {};
  std::vector<std::pair<std::string, std::string>> headers = {};
};

/// A request after PHP's and Moodle's first look at it: reserved names taken out, the rest
/// parameters.
struct ParsedRequest {
  std::string token;
  std::string function;
  bool json = false;  ///< moodlewsrestformat=json; anything else means XML.
  bool raw = false;
  PhpValue params;
  std::size_t rows = 1;  ///< Elements of the longest list among the parameters.
};

/// Reads the variables as PHP does, cut at max_input_vars (+1 in a body) and post_max_size.
[[nodiscard]] ParsedRequest parse_request(const HttpRequest& request, const Settings& settings);

/// Moodle's REST server: the checks in their order, then the function under the site's lock, then
/// the answer in the asked format. Never throws.
[[nodiscard]] HttpAnswer execute(ParsedRequest request, const Settings& settings, Site& site,
                                 std::mutex& site_mutex);

/// What Moodle answers for an exception: always HTTP 200.
[[nodiscard]] HttpAnswer answer_of(const MoodleError& error, const Settings& settings, bool json);

/// The page of Moodle's maintenance mode, or of a proxy in trouble.
[[nodiscard]] HttpAnswer html_page(int status, const std::string& title);

}  // namespace moodlesync::sim
