#pragma once

#include "moodle/transport.h"
#include "moodlesync/moodle.h"
#include "moodlesync/result.h"

namespace moodlesync::moodle {

/// The call that a reply belongs to.
struct Asked {
  const Function* function = nullptr;
  std::size_t rows = 1;
  std::size_t body_bytes = 0;
};

/// What a reply means for the rows of its call.
struct Verdict {
  enum class Next {
    kDeal,    ///< Moodle did it: `answer` is to be dealt out.
    kSplit,   ///< Nothing was done and a row is to blame: halves, or `error` for a row alone.
    kRefuse,  ///< All rows get `error`.
  };
  Next next = Next::kRefuse;
  Json answer = Json(Json::value_t::null);
  Error error = {};
  /// Perhaps a deadlock: worth one more try, the row alone.
  bool may_be_collision = false;
  /// Moodle as a whole, not this call, is the trouble.
  bool is_outage = false;
  /// It looks like an outage, but one of the rows may have caused it: a firewall that dislikes a
  /// word, a value at which PHP dies.
  bool may_be_a_row = false;
  /// From now on an empty answer means nothing (REST facts, "Preflight").
  bool reads_lie = false;
};

/// Reads the envelope: HTTP status, content type, exception, in this order; the rules are those of
/// REST facts, "Protocol" and "Errors". Never quotes the request.
[[nodiscard]] Verdict judge(const Reply& reply, const Asked& asked);

}  // namespace moodlesync::moodle
