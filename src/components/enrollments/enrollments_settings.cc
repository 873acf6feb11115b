#include "components/enrollments/enrollments_settings.h"

#include <algorithm>
#include <limits>

#include "base/source_settings.h"
#include "components/enrollments/held.h"

namespace moodlesync::enrollments {

namespace {

/// Moodle's "student", as every Moodle is installed.
constexpr std::int64_t kStudent = 5;

MoodleId read_role(Section& section, std::string_view key, MoodleId fallback) {
  return {section.number(key, fallback.value, 1, std::numeric_limits<std::int64_t>::max())};
}

void add_registrations(EnrollmentsSource& source, Section section) {
  RegistrationRule rule;
  rule.type = section.text("type");
  if (rule.type.empty()) section.fault("type", "is missing: say which registration type");
  const bool known = std::ranges::find(source.registrations, rule.type, &RegistrationRule::type) !=
                     source.registrations.end();
  if (known) section.fault("type", "'" + rule.type + "' is listed twice");
  SourceSpec wishes;
  rule.user_path = base::wish(wishes, section, "user_field", "user_uid", "users");
  if (rule.user_path.empty()) section.fault("user_field", "must name a field");
  rule.state_path = base::wish_path(wishes, "state", {}, section, "type");
  rule.role_path = base::wish(wishes, section, "role_field");
  rule.start_path = base::wish(wishes, section, "start_field");
  rule.end_path = base::wish(wishes, section, "end_field");
  rule.active_states = section.texts("active_states");
  rule.follows_workflow = rule.active_states == std::vector<std::string>{"workflow"};
  section.finish();
  source.spec.owned.push_back(
      {"registration", rule.type, std::move(wishes.fields), section.origin("type")});
  source.registrations.push_back(std::move(rule));
}

void add_participants(EnrollmentsSource& source, Section section) {
  ParticipantsRule rule;
  rule.path = base::wish(source.spec, section, "field", {}, "users");
  if (rule.path.empty()) section.fault("field", "must name a field that refers to users");
  rule.role = read_role(section, "role", source.default_role);
  section.finish();
  source.participants.push_back(std::move(rule));
}

EnrollmentsSource read_source(Section& section) {
  EnrollmentsSource source;
  const std::string entity = section.choice("entity", "node", {"node", "taxonomy_term"});
  source.spec = base::read_source(section, "enrollments", entity, "bundle");
  // Both are the course component's: the id is read, never written.
  source.spec.gives_moodle_id = false;
  source.spec.counted_keys = kUserKey;
  base::wish_path(source.spec, "id", "course", section, "bundle");
  source.default_role = read_role(section, "default_role", MoodleId{kStudent});
  const bool unenrols = section.choice("removal", "suspend", {"suspend", "unenrol"}) == "unenrol";
  source.removal = unenrols ? Removal::kUnenrol : Removal::kSuspend;
  const bool unassigns =
      section.choice("participant_removal", "suspend", {"suspend", "unassign"}) == "unassign";
  source.participant_removal = unassigns ? Removal::kUnassign : Removal::kSuspend;
  for (const Section& part : section.sections("registrations")) add_registrations(source, part);
  for (const Section& part : section.sections("participants")) add_participants(source, part);
  if (source.registrations.empty() && source.participants.empty()) {
    section.fault("bundle", "nobody can be enrolled: list registrations, participants or both");
  }
  section.finish();
  return source;
}

/// Two sources would undo each other's enrolments in the same course.
void check_unique_bundle(const std::vector<SourceSpec>& sources, const SourceSpec& added,
                         Section& section) {
  const bool taken = std::ranges::any_of(sources, [&added](const SourceSpec& source) {
    return source.entity_type == added.entity_type && source.bundle == added.bundle;
  });
  if (taken) {
    section.fault("bundle", "'" + added.bundle +
                                "' has a source already; list all registrations and participants "
                                "of these courses there");
  }
}

}  // namespace

std::vector<EnrollmentsSource> read_sources(Section& settings) {
  std::vector<EnrollmentsSource> sources;
  std::vector<SourceSpec> known;
  for (Section& section : settings.sections("sources")) {
    sources.push_back(read_source(section));
    base::check_unique_name(known, sources.back().spec, section);
    check_unique_bundle(known, sources.back().spec, section);
    known.push_back(sources.back().spec);
  }
  if (sources.empty()) settings.fault("sources", "must name at least one kind of course");
  return sources;
}

}  // namespace moodlesync::enrollments
