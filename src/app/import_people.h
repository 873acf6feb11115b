#pragma once

#include "app/import_draft.h"
#include "app/old_objects.h"

namespace moodlesync::app {

/// The component `users`.
void import_users(OldObjects& objects, ImportDraft& draft);

/// The component `enrollments`. Requires: the courses were imported before.
void import_enrollments(OldObjects& objects, ImportDraft& draft);

/// The component `cohorts`.
void import_cohorts(OldObjects& objects, ImportDraft& draft);

}  // namespace moodlesync::app
