#include "components/course/course_settings.h"

#include <algorithm>
#include <limits>

#include "base/param_types.h"
#include "base/source_settings.h"
#include "components/course/course_values.h"

namespace moodlesync::course {

namespace {

constexpr std::int64_t kAnyId = std::numeric_limits<std::int64_t>::max();
constexpr std::string_view kTerm = "taxonomy_term";

void read_fields(CourseSource& source, Section& section) {
  Section fields = section.section("fields");
  for (const CourseField& field : kCourseFields) {
    std::string path = base::wish(source.spec, fields, field.setting);
    if (!path.empty()) source.fields.emplace(field.setting, std::move(path));
  }
  if (fields.has("idnumber")) {
    (void)fields.text("idnumber");
    fields.fault("idnumber", "is always the entity's id: leave it out (see idnumber_prefix)");
  }
  fields.finish();
  const bool names_itself = source.spec.entity_type == kTerm;
  if (!source.fields.contains("fullname")) section.fault("fields", "must map fullname");
  if (!source.fields.contains("shortname") && !names_itself) {
    section.fault("fields", "must map shortname");
  }
  if (source.fields.contains("enddate") && !source.fields.contains("startdate")) {
    section.fault("fields", "must map startdate too: Moodle takes enddate only together with it");
  }
}

void read_custom_fields(CourseSource& source, Section& section) {
  const auto paths = section.mapping("customfields");
  Section names = section.section("customfields");
  Section options = section.section("customfield_options");
  for (const auto& [name, text] : paths) {
    constexpr base::ParamRule kName{.field = "the short name",
                                    .type = base::ParamType::kAlphaNumExt};
    if (const auto good = base::to_param(kName, name); !good) {
      names.fault(name, good.error().message);
    }
    CustomField field{name, base::wish_path(source.spec, text, {}, names, name), {}};
    for (auto& [label, number] : options.mapping(name)) field.options.emplace(label, number);
    if (!field.path.empty()) source.custom_fields.push_back(std::move(field));
  }
  options.finish();
}

void read_category(CourseSource& source, Section& section) {
  Section category = section.section("category");
  const std::int64_t fixed = category.number("fixed", 0, 1, kAnyId);
  if (fixed > 0) source.fixed_category = MoodleId{fixed};
  source.category_path = base::wish(source.spec, category, "field", {}, "category");
  source.fallback_category = MoodleId{category.number("fallback", 1, 1, kAnyId)};
  if (fixed > 0 && !source.category_path.empty()) {
    category.fault("fixed", "and field exclude each other: a course has one category");
  }
  category.finish();
}

void read_removal(CourseSource& source, Section& section) {
  const std::string policy =
      section.choice("delete", "nothing", {"nothing", "hide", "delete", "trash_bin"});
  if (policy == "hide") source.on_delete = DeletePolicy::kHide;
  if (policy == "delete") source.on_delete = DeletePolicy::kDelete;
  if (policy == "trash_bin") source.on_delete = DeletePolicy::kTrashBin;
  source.trash_bin = MoodleId{section.number("trash_bin", 0, 1, kAnyId)};
  if (source.on_delete == DeletePolicy::kTrashBin && !section.has("trash_bin")) {
    section.fault("trash_bin", "is missing: delete: trash_bin needs a category's Moodle id");
  }
}

CourseSource read_source(Section& section) {
  CourseSource source;
  const std::string type = section.choice("entity", "node", {"node", kTerm});
  source.spec = base::read_source(section, "course", type, "bundle");
  source.idnumber_prefix = section.text("idnumber_prefix");
  read_fields(source, section);
  read_custom_fields(source, section);
  read_category(source, section);
  source.template_path = base::wish(source.spec, section, "template_field", {}, "course");
  source.template_hidden = section.flag("template_hidden", false);
  read_removal(source, section);
  section.finish();
  return source;
}

/// A node and a term may have the same id; with one prefix each would take the other's course.
void check_prefix(const std::vector<CourseSource>& sources, const CourseSource& added,
                  Section& section) {
  const bool clashes = std::ranges::any_of(sources, [&added](const CourseSource& source) {
    return source.spec.entity_type != added.spec.entity_type &&
           source.idnumber_prefix == added.idnumber_prefix;
  });
  if (clashes) {
    section.fault("idnumber_prefix",
                  "must differ between nodes and terms: both count their ids from 1, and the "
                  "idnumber tells courses apart");
  }
}

}  // namespace

std::vector<CourseSource> read_sources(Section& settings) {
  const std::int64_t limit = settings.number("fullname_limit", 1333, 1, 1333);
  std::vector<CourseSource> sources;
  std::vector<SourceSpec> named;
  for (Section& section : settings.sections("sources")) {
    CourseSource source = read_source(section);
    source.fullname_limit = static_cast<std::size_t>(limit);
    base::check_unique_name(named, source.spec, section);
    check_prefix(sources, source, section);
    named.push_back(source.spec);
    sources.push_back(std::move(source));
  }
  if (sources.empty()) settings.fault("sources", "must name at least one bundle or vocabulary");
  return sources;
}

}  // namespace moodlesync::course
