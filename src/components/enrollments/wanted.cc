#include "components/enrollments/wanted.h"

#include <algorithm>

#include "base/text.h"

namespace moodlesync::enrollments {

namespace {

/// One reason of one user to be in the course.
struct Reason {
  std::set<MoodleId> roles;
  Span span;
  bool is_registration = false;
};

class Collector {
 public:
  Collector(const EnrollmentsSource& source, const Conversation& conversation)
      : source_(source), conversation_(conversation) {}

  WantedUsers collect() {
    for (const Entity& registration : conversation_.entity.owned) {
      const auto rule =
          std::ranges::find(source_.registrations, registration.bundle, &RegistrationRule::type);
      if (rule != source_.registrations.end()) add_registration(*rule, registration);
    }
    for (const ParticipantsRule& rule : source_.participants) {
      for (const FieldValue& value : conversation_.entity.values(rule.path)) {
        const auto user = moodle_id_of(value);
        if (user && value.reference) {
          add(*user, value.reference->target.id, {{rule.role}, {}, false});
        }
      }
    }
    return std::move(wanted_);
  }

 private:
  void add_registration(const RegistrationRule& rule, const Entity& registration) {
    const FieldValue* value = registration.first(rule.user_path);
    if (value == nullptr) return;
    const auto user = moodle_id_of(*value);
    if (!user || !value->reference) return;
    if (!is_active(rule, registration)) {
      wanted_.inactive.insert(*user);
      return;
    }
    const std::int64_t drupal_id = value->reference->target.id;
    const auto start = time_of(rule.start_path, registration, drupal_id);
    const auto end = time_of(rule.end_path, registration, drupal_id);
    if (!start || !end) return;
    add(*user, drupal_id, {roles_of(rule, registration), Span{*start, *end, false}, true});
  }

  static bool is_active(const RegistrationRule& rule, const Entity& registration) {
    if (rule.follows_workflow) return registration.published;
    return rule.active_states.empty() ||
           std::ranges::find(rule.active_states, registration.text(rule.state_path)) !=
               rule.active_states.end();
  }

  /// Empty: there is nothing to be done about this user now, if ever.
  std::optional<MoodleId> moodle_id_of(const FieldValue& value) {
    if (!value.reference || !value.reference->exists) return std::nullopt;
    const Reference& reference = *value.reference;
    const std::int64_t user = reference.target.id;
    const Counterpart counterpart = conversation_.counterpart("users", reference);
    if (counterpart.state == Counterpart::State::kKnown) return counterpart.id;
    wanted_.untouched.insert(user);
    if (counterpart.state != Counterpart::State::kPending) {
      wanted_.opted_out.insert(user);
    } else if (!wanted_.pending || wanted_.pending->target.id < user) {
      wanted_.pending = reference;
    }
    return std::nullopt;
  }

  /// Terms without the number of a Moodle role say nothing.
  std::set<MoodleId> roles_of(const RegistrationRule& rule, const Entity& registration) const {
    std::set<MoodleId> roles;
    for (const FieldValue& value : registration.values(rule.role_path)) {
      if (!value.reference) continue;
      const ParsedMoodleId role = parse_moodle_id(value.reference->moodle_id_text);
      if (role.kind == MoodleIdField::kNumber) roles.insert(role.id);
    }
    if (roles.empty()) roles.insert(source_.default_role);
    return roles;
  }

  /// 0 where there is no limit; nothing when the field holds no time.
  std::optional<std::int64_t> time_of(const std::string& path, const Entity& registration,
                                      std::int64_t user) {
    const FieldValue* value = path.empty() ? nullptr : registration.first(path);
    if (value == nullptr) return 0;
    const auto time = base::parse_int(value->text);
    const bool is_time = value->type == ValueType::kTimestamp || value->type == ValueType::kNumber;
    if (is_time && time && *time >= 0) return time;
    wanted_.untouched.insert(user);
    wanted_.unreadable.push_back(
        {user, "field " + path + " of " + to_string(registration.ref) + " holds no date"});
    return std::nullopt;
  }

  void add(MoodleId user, std::int64_t drupal_id, const Reason& reason) {
    const auto [at, is_first] = wanted_.users.try_emplace(user);
    Wanted& wanted = at->second;
    if (is_first) {
      wanted.user = drupal_id;
      wanted.span = reason.span;
    }
    wanted.roles.insert(reason.roles.begin(), reason.roles.end());
    wanted.span.start = std::min(wanted.span.start, reason.span.start);
    const bool is_open = wanted.span.end == 0 || reason.span.end == 0;
    wanted.span.end = is_open ? 0 : std::max(wanted.span.end, reason.span.end);
    (reason.is_registration ? wanted.by_registration : wanted.by_participants) = true;
  }

  const EnrollmentsSource& source_;
  const Conversation& conversation_;
  WantedUsers wanted_;
};

}  // namespace

WantedUsers wanted_users(const EnrollmentsSource& source, const Conversation& conversation) {
  WantedUsers wanted = Collector(source, conversation).collect();
  // Half a union would take away what the other half gives.
  for (const Unreadable& one : wanted.unreadable) {
    std::erase_if(wanted.users,
                  [&one](const auto& entry) { return entry.second.user == one.user; });
  }
  return wanted;
}

}  // namespace moodlesync::enrollments
