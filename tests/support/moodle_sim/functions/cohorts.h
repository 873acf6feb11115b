#pragma once

#include "support/moodle_sim/function.h"

namespace moodlesync::sim {

Json create_cohorts(Context& context, const PhpValue& params);
Json update_cohorts(Context& context, const PhpValue& params);
Json delete_cohorts(Context& context, const PhpValue& params);
Json add_cohort_members(Context& context, const PhpValue& params);
Json delete_cohort_members(Context& context, const PhpValue& params);
Json get_cohorts(Context& context, const PhpValue& params);
Json search_cohorts(Context& context, const PhpValue& params);
Json get_cohort_members(Context& context, const PhpValue& params);

}  // namespace moodlesync::sim
