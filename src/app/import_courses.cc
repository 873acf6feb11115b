#include "app/import_courses.h"

#include <array>
#include <utility>

#include "app/old_fields.h"

namespace moodlesync::app {

namespace {

constexpr auto kCourseFields = std::to_array<std::string_view>(
    {"fullname", "shortname", "summary", "format", "showgrades", "newsitems", "startdate",
     "enddate", "visible", "groupmode", "groupmodeforce", "lang", "theme"});

void write_fields(OldSettings& old, bool is_template, YamlWriter& out) {
  FieldMapping fields = mapped_fields(old, kCourseFields, {});
  if (!has_field(fields, "fullname")) {
    fields.insert(fields.begin(), {"fullname", is_template ? "name" : "title"});
    old.note("map_fields", "does not map fullname; the title is taken");
  }
  if (!has_field(fields, "shortname") && !is_template) {
    fields.emplace_back("shortname", "id");
    old.note("map_fields", "does not map shortname; the id is taken");
  }
  if (has_field(fields, "enddate") && !has_field(fields, "startdate")) {
    std::erase_if(fields, [](const auto& entry) { return entry.first == "enddate"; });
    old.note("map_fields", "maps enddate without startdate, which Moodle refuses; left out");
  }
  out.mapping(8, "fields", fields);
  out.mapping(8, "customfields", mapped_custom_fields(old));
}

void write_category_of_courses(OldSettings& old, YamlWriter& out) {
  const std::string how = old.text("categories");
  const auto fixed = old.number("category_id");
  const std::string field = field_path(old, "category_field");
  const auto fallback = old.number("category_fallback");
  out.line(8, "category:");
  const bool is_fixed = how == "fixed_categories" || (field.empty() && fixed);
  if (is_fixed && fixed) return out.entry(10, "fixed", std::to_string(*fixed));
  if (field.empty()) {
    old.note("categories", "says neither a category nor a field; category 1 is taken");
  } else {
    out.entry(10, "field", field);
  }
  out.entry(10, "fallback", std::to_string(fallback.value_or(1)));
}

void write_course_source(OldSettings& old, const std::string& bundle, YamlWriter& out) {
  const std::string type = old.text("entity_type");
  if (!type.empty() && type != "node") old.note("entity_type", "is not node; node is taken");
  out.entry(6, "- bundle", bundle);
  write_fields(old, false, out);
  write_category_of_courses(old, out);
  const std::string model = field_path(old, "template_field");
  if (!model.empty()) out.entry(8, "template_field", model);
  const bool is_hidden = old.flag("template_hide");
  if (is_hidden) out.line(8, "template_hidden: true");
  if (old.flag("deletion")) out.line(8, "delete: delete");
  old.pass_over_background();
  old.finish();
}

void write_template_source(OldSettings& old, const std::string& vocabulary, YamlWriter& out) {
  out.entry(6, "- bundle", vocabulary);
  out.line(8, "entity: taxonomy_term");
  out.line(
      8, "# Nodes and terms both count their ids from 1; in Moodle the idnumber tells them apart.");
  out.entry(8, "idnumber_prefix", "template_");
  write_fields(old, true, out);
  const auto category = old.number("category_id");
  out.line(8, "category:");
  out.entry(10, "fixed", std::to_string(category.value_or(1)));
  if (!category) old.note("category_id", "is empty; templates go into category 1");
  const auto trash_bin = old.number("moodle_template_trashbin_id");
  const bool deletes = old.flag("deletion");
  if (deletes && trash_bin) {
    out.line(8, "delete: trash_bin");
    out.entry(8, "trash_bin", std::to_string(*trash_bin));
  } else if (deletes) {
    out.line(8, "delete: delete");
  }
  old.pass_over("entity_type", "is always that of terms for templates");
  old.finish();
}

}  // namespace

void import_categories(OldObjects& objects, ImportDraft& draft) {
  auto old = objects.find({"moodle_sync_category.settings"});
  if (!old) return;
  const std::string vocabulary = old->text("selected_taxonomy_term");
  const auto trash_bin = old->number("moodle_trashbin_id");
  old->finish();
  if (vocabulary.empty()) {
    return old->note("selected_taxonomy_term", "is empty, so no categories are synced");
  }
  draft.begin_component("category");
  draft.out.line(4, "sources:");
  draft.out.entry(6, "- vocabulary", vocabulary);
  if (trash_bin) draft.out.entry(8, "trash_bin", std::to_string(*trash_bin));
}

void import_courses(OldObjects& objects, ImportDraft& draft) {
  bool has_begun = false;
  const auto begin = [&] {
    if (std::exchange(has_begun, true)) return;
    draft.begin_component("course");
    draft.out.line(4, "sources:");
  };
  if (auto courses = objects.find({"moodle_sync_course.settings"})) {
    draft.course_bundle = courses->text("entity_name");
    if (draft.course_bundle.empty()) {
      courses->note("entity_name", "is empty, so no courses are synced");
    } else {
      begin();
      write_course_source(*courses, draft.course_bundle, draft.out);
    }
  }
  auto templates = objects.find({"moodle_sync_template.settings"});
  if (!templates) return;
  const std::string vocabulary = templates->text("entity_name");
  if (vocabulary.empty()) {
    return templates->note("entity_name", "is empty, so no templates are synced");
  }
  begin();
  write_template_source(*templates, vocabulary, draft.out);
}

}  // namespace moodlesync::app
