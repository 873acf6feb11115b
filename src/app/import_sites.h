#pragma once

#include "app/import_draft.h"
#include "app/import_wish.h"
#include "app/old_objects.h"

namespace moodlesync::app {

/// The sections drupal: and moodle:, of the old module's general settings and of the wish, which
/// says how Drupal's database is reached.
void import_sites(OldObjects& objects, const ImportWish& wish, ImportDraft& draft);

}  // namespace moodlesync::app
