#include "app/import_config.h"

#include <utility>

#include "app/import_courses.h"
#include "app/import_draft.h"
#include "app/import_people.h"
#include "app/import_sites.h"
#include "app/old_objects.h"

namespace moodlesync::app {

namespace {

std::string heading(const std::vector<std::string>& notes) {
  std::string text =
      "# Made by `moodle-syncd import-config` from the settings of the Drupal module "
      "moodle_sync.\n"
      "# Every key, its meaning and its default: config/moodle-syncd.yaml of the package.\n"
      "# Next: look through it, `moodle-syncd check`, `moodle-syncd install`, `moodle-syncd plan "
      "--all`;\n# then switch the old module off before `moodle-syncd run`.\n";
  if (!notes.empty()) text += "#\n# Not carried over, or to be looked at:\n";
  for (const std::string& note : notes) text += "# - " + note + "\n";
  return text + "\n";
}

}  // namespace

ImportedConfig import_old_settings(const DrupalConfig::Objects& objects, const ImportWish& wish) {
  ImportDraft draft;
  OldObjects old(objects, draft.notes);
  old.note_the_unreadable();
  import_sites(old, wish, draft);
  draft.out.line(0, "components:");
  import_categories(old, draft);
  import_courses(old, draft);
  import_users(old, draft);
  import_enrollments(old, draft);
  import_cohorts(old, draft);
  old.note_the_rest();
  return {heading(draft.notes) + draft.out.take(), std::move(draft.notes),
          std::move(draft.components), std::move(draft.token)};
}

}  // namespace moodlesync::app
