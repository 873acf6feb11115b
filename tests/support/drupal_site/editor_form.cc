#include "support/drupal_site/editor_form.h"

#include "support/drupal_site/drupal_site.h"

namespace moodlesync::testsupport {

EditorForm::EditorForm(DrupalSite& site, SiteEntity opened)
    : site_(site), opened_(std::move(opened)) {
  const auto changed = opened_.main().base.find("changed");
  if (changed != opened_.main().base.end()) changed_ = changed->second;
  for (const FieldStorage* field : site.context().fields_of(opened_.type, opened_.bundle)) {
    if (field->name != "field_moodle_id") shown_.insert(field->name);
  }
}

void EditorForm::set_title(const std::string& title) {
  opened_.main().base[entity_kind(opened_.type).label_key] = title;
}

void EditorForm::set_field(const std::string& field, Items items) {
  Changes changes;
  changes.fields[field] = std::move(items);
  site_.apply(opened_, opened_.langcode, changes);
  shown_.insert(field);
}

bool EditorForm::submit() {
  SaveOptions options;
  options.new_revision = opened_.type == "node";  // The node types' default.
  return submit(options);
}

bool EditorForm::submit(const SaveOptions& options) {
  SiteEntity entity = site_.load({opened_.type, opened_.id});
  if (entity.type == "node" && entity.main().base["changed"] != changed_) return false;
  if (cached_form_) entity = opened_;
  const std::string& label = entity_kind(entity.type).label_key;
  if (!label.empty()) entity.main().base[label] = opened_.main().base[label];
  for (const std::string& field : shown_) {
    const auto shown = opened_.main().fields.find(field);
    if (shown == opened_.main().fields.end()) {
      entity.main().fields.erase(field);
    } else {
      entity.main().fields[field] = shown->second;
    }
  }
  site_.save_loaded(std::move(entity), {}, options);
  return true;
}

}  // namespace moodlesync::testsupport
