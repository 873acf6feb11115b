#pragma once

#include <chrono>

#include "ops/http_message.h"
#include "ops/vital_signs.h"

namespace moodlesync::ops {

/// `/livez`: 200 while the loop makes progress, whatever is wrong elsewhere: a restart mends
/// nothing but a loop that hangs. `patience`: how long a turn may take at most.
[[nodiscard]] HttpResponse livez(const Vitals& vitals, std::chrono::milliseconds patience);

/// `/readyz`: 200 while everything that syncing needs is there. `?verbose` names each part with its
/// reason, `?exclude=moodle,database` leaves parts out.
[[nodiscard]] HttpResponse readyz(const Vitals& vitals, std::chrono::milliseconds patience,
                                  const FormValues& query);

}  // namespace moodlesync::ops
