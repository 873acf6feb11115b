#pragma once

#include <string_view>

#include "moodlesync/result.h"

namespace moodlesync::postgres {

/// What a failed statement's SQLSTATE asks of us. Source: PostgreSQL 15 manual, appendix A.
[[nodiscard]] ErrorKind classify_sqlstate(std::string_view sqlstate);

}  // namespace moodlesync::postgres
