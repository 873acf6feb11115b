#pragma once

#include "e2e/demo/stage.h"

namespace moodlesync::demo {

/// Editors at work on categories and courses.
void edit_courses(Stage& stage);
/// Editors at work on users, cohorts and who is enrolled in what.
void edit_people(Stage& stage);
/// Hundreds of changes at once, as at the end of a term.
void edit_many(Stage& stage);

}  // namespace moodlesync::demo
