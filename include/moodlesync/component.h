#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "moodlesync/co.h"
#include "moodlesync/entity.h"
#include "moodlesync/link.h"
#include "moodlesync/moodle.h"
#include "moodlesync/outcome.h"
#include "moodlesync/settings.h"

namespace moodlesync {

/// A value that a source reads of its entities.
struct FieldWish {
  FieldPath path;
  /// For a reference whose target's Moodle id is needed: the component that gives that id. Else
  /// empty. With the path `id` the target is the entity itself (self_reference).
  std::string counterpart_of = {};
  Origin origin = {};  ///< Where the configuration asks for it: an unknown field is reported there.
};

/// Entities that are captured for the sake of the one they belong to: a profile's save concerns its
/// user, a registration's the entity that is registered for.
struct OwnedSpec {
  std::string entity_type;  ///< profile, registration
  std::string bundle;
  /// What is read of each into Entity::owned. Empty: only captured (profile fields are read by
  /// `profile:` paths).
  std::vector<FieldWish> fields = {};
  Origin origin = {};
};

/// One kind of Drupal entity that a component keeps in step, e.g. the terms of one vocabulary.
struct SourceSpec {
  std::string component;
  std::string
      name;  ///< Unique within the component; part of the task's key, so never renamed lightly.
  std::string entity_type;  ///< node, taxonomy_term, user, …
  std::string bundle;       ///< Node type or vocabulary; empty where the type has none (user).
  std::string moodle_id_field = "field_moodle_id";  ///< Empty: the entity has none.
  /// False: the field is another component's. It is read (an opted-out user is enrolled nowhere)
  /// and never written.
  bool gives_moodle_id = true;
  std::vector<FieldWish> fields;
  std::vector<OwnedSpec> owned = {};
  /// Where one entity stands for many things in Moodle (a course's enrolments, a user's
  /// memberships): the beginning of the keys in Link::sent that are one such thing each. The brake
  /// counts them. Empty: the entity is one thing.
  std::string counted_keys = {};
  Origin origin = {};
};

/// What is known of the Moodle side of a referenced entity.
struct Counterpart {
  enum class State {
    kNone,   ///< There is no such entity (empty or dangling reference), or nobody gives it an id.
    kKnown,  ///< `id` is its Moodle id.
    kOptedOut,  ///< Its field_moodle_id says to leave it alone.
    kPending,   ///< A source of ours will give it an id: wait for it.
  };
  State state = State::kNone;
  MoodleId id = {};
  /// We had Moodle make it a short while ago: nothing is in it but what we put there.
  bool is_new = false;
};

/// The entity as a reference to itself: for the Moodle id that another component gives it.
[[nodiscard]] Reference self_reference(const Entity& entity);

/// All that a component needs to bring one entity in step, and the link that it keeps up to date on
/// the way.
struct Conversation {
  TaskKey key;
  const SourceSpec* source = nullptr;
  Entity entity;
  Link link;
  /// An earlier attempt may have reached Moodle without our knowing: look up before creating.
  bool in_doubt = false;
  /// Compare with what Moodle holds, not with what the link says of it.
  bool verify = false;
  /// The component's word that Moodle has just made link.moodle_id for it: see Counterpart::is_new.
  bool made = false;
  Moodle* moodle = nullptr;
  /// The Moodle side of a reference; prepared in bulk for every FieldWish with `counterpart_of`.
  std::function<Counterpart(std::string_view component, const Reference&)> counterpart;
  /// Stores `link` as it stands now, before Moodle is told; see store_ahead(). May be empty.
  std::function<Co<Status>(Link link)> keep_link = {};
};

/// A question that changes nothing in Moodle and whose answer shows whether the token's account has
/// a capability. For `check`.
struct RightProbe {
  std::string_view capability;  ///< "moodle/user:update"
  Call call;
  bool (*is_missing)(const Result<Json>& answer) = nullptr;
};

/// A question that changes nothing in Moodle and shows what it holds of one entity. For `explain`.
struct MoodleView {
  std::string what;  ///< "the course with idnumber 12"
  Call call;
  std::vector<std::string_view> shows;  ///< Fields of the answer that are worth a person's look.
};

/// Something in Moodle whose idnumber says that it stands for an entity. For `reconcile`.
struct Stamped {
  MoodleId id;
  std::int64_t entity = 0;  ///< Its id in Drupal.
};

/// Something that no call can show and that a person should see to before the first load.
struct Reminder {
  std::string what;
  std::string advice;
  std::string since = {};  ///< Moodle's version number from which on it holds; empty: always.
};

/// Writes down in the conversation's link what Moodle is about to be told, so that it is not
/// forgotten when we die before settling. For sets (members, enrolments): there no look-up finds
/// out afterwards what was ours. `link` says of everything that is about to change that it is not
/// certain; conversation.link is left as it is.
///
/// An error (the lease is lost, the database is away) means: say nothing to Moodle.
[[nodiscard]] Co<Status> store_ahead(const Conversation& conversation, Link link);

/// A syncer: turns the state of one Drupal entity into calls to Moodle.
///
/// Stateless beyond its settings: all conversations share one instance. Never touches the database,
/// never schedules, never batches, never calls another component. A call that takes something away
/// says so (Call::removal); a removal that the brake holds is refused like any other row.
class Component {
 public:
  virtual ~Component() = default;
  [[nodiscard]] virtual std::string_view name() const = 0;
  [[nodiscard]] virtual const std::vector<SourceSpec>& sources() const = 0;
  /// Moodle functions that this configuration needs; `check` compares them with the token's
  /// service.
  [[nodiscard]] virtual std::vector<std::string_view> functions() const = 0;
  /// Moodle functions that are used where the service has them (Moodle::offers); `check` recommends
  /// those that it lacks.
  [[nodiscard]] virtual std::vector<std::string_view> optional_functions() const { return {}; }
  /// Capabilities that this configuration needs, at system level; `check` asks for those that
  /// right_probes() can show, and lists the others.
  [[nodiscard]] virtual std::vector<std::string_view> capabilities() const { return {}; }
  [[nodiscard]] virtual std::vector<RightProbe> right_probes() const { return {}; }
  [[nodiscard]] virtual std::vector<Reminder> reminders() const { return {}; }
  /// What to ask Moodle about an entity of `source`, by its id there (where it has one) and by its
  /// idnumber. Each a function that functions() or optional_functions() names.
  [[nodiscard]] virtual std::vector<MoodleView> views(const SourceSpec& /*source*/,
                                                      const EntityRef& /*entity*/,
                                                      std::optional<MoodleId> /*id*/) const {
    return {};
  }
  /// Everything in Moodle that bears an idnumber as this source gives them, whoever made it. Empty
  /// for a source whose things bear none. Errors: as Moodle's; kConfig when the token's service
  /// lacks the function that lists them.
  [[nodiscard]] virtual Co<Result<std::vector<Stamped>>> census(const SourceSpec& /*source*/,
                                                                Moodle& /*moodle*/) const {
    co_return std::vector<Stamped>{};
  }
  /// Brings Moodle in step with `conversation.entity`. The engine has already dealt with opted-out
  /// entities and with the id in field_moodle_id: `link.moodle_id` is the id to update, or empty:
  /// create.
  [[nodiscard]] virtual Co<Outcome> converse(Conversation& conversation) const = 0;
};

/// How the application finds a component: one per folder in src/components/, listed by the build.
struct ComponentKind {
  std::string_view name;  ///< The key under `components:` in the configuration.
  std::unique_ptr<Component> (*make)(Section& settings);
};

}  // namespace moodlesync
