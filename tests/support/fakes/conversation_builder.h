#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "moodlesync/component.h"

namespace moodlesync::fakes {

/// A conversation about one entity, said in a sentence:
/// `a_conversation().of_term(5).with_field("name", "Arts").linked_to(12, {{"name", "Art"}})`.
class ConversationBuilder {
 public:
  ConversationBuilder& of_node(std::int64_t id) { return of("node", id); }
  ConversationBuilder& of_term(std::int64_t id) { return of("taxonomy_term", id); }
  ConversationBuilder& of_user(std::int64_t id) { return of("user", id); }
  /// The entity was deleted in Drupal.
  ConversationBuilder& deleted();
  ConversationBuilder& in_doubt();
  /// Unpublished; for a user: blocked.
  ConversationBuilder& unpublished();

  /// Adds a value to the field; call twice for two values.
  ConversationBuilder& with_field(std::string_view path, std::string_view text,
                                  ValueType type = ValueType::kText);
  ConversationBuilder& with_html(std::string_view path, std::string_view text,
                                 std::string_view format = "full_html");
  /// A day without a time; `seconds` is its midnight in UTC.
  ConversationBuilder& with_day(std::string_view path, std::int64_t seconds);
  /// A field without values.
  ConversationBuilder& with_empty(std::string_view path);
  /// A reference and what is known of the target's Moodle side.
  ConversationBuilder& with_reference(std::string_view path, const EntityRef& target,
                                      const Counterpart& counterpart,
                                      std::string_view label = "target");

  /// What is known of an entity that no field refers to, such as the entity itself.
  ConversationBuilder& knowing(const EntityRef& target, const Counterpart& counterpart);

  /// The reason why it was skipped last time.
  ConversationBuilder& skipped(std::string_view reason);
  /// What we sent last.
  ConversationBuilder& linked_to(std::int64_t moodle_id,
                                 std::map<std::string, std::string, std::less<>> sent = {});
  /// What the link says though there is no Moodle id yet.
  ConversationBuilder& unlinked_but_sent(std::map<std::string, std::string, std::less<>> sent);

  /// `source` and `moodle` must outlive the conversation.
  [[nodiscard]] Conversation with(const SourceSpec& source, Moodle& moodle) const;

 private:
  ConversationBuilder& of(std::string_view type, std::int64_t id);
  FieldValue& add(std::string_view path);

  Conversation made_;
  std::map<EntityRef, Counterpart> counterparts_;
};

[[nodiscard]] ConversationBuilder a_conversation();

[[nodiscard]] inline Counterpart known(std::int64_t id) {
  return {Counterpart::State::kKnown, MoodleId{id}};
}
[[nodiscard]] inline Counterpart pending() { return {Counterpart::State::kPending, {}}; }
[[nodiscard]] inline Counterpart opted_out() { return {Counterpart::State::kOptedOut, {}}; }
[[nodiscard]] inline Counterpart nobody() { return {Counterpart::State::kNone, {}}; }

}  // namespace moodlesync::fakes
