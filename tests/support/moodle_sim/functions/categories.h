#pragma once

#include "support/moodle_sim/function.h"

namespace moodlesync::sim {

Json create_categories(Context& context, const PhpValue& params);
Json update_categories(Context& context, const PhpValue& params);
Json get_categories(Context& context, const PhpValue& params);

}  // namespace moodlesync::sim
