#pragma once

#include "app/import_draft.h"
#include "app/old_objects.h"

namespace moodlesync::app {

/// The component `category`.
void import_categories(OldObjects& objects, ImportDraft& draft);

/// The component `course`, of the old module's courses and of its templates. Notes the courses'
/// bundle in the draft.
void import_courses(OldObjects& objects, ImportDraft& draft);

}  // namespace moodlesync::app
