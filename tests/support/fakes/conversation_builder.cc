#include "support/fakes/conversation_builder.h"

namespace moodlesync::fakes {

ConversationBuilder a_conversation() { return {}; }

ConversationBuilder& ConversationBuilder::of(std::string_view type, std::int64_t id) {
  made_.entity.ref = {std::string(type), id};
  made_.entity.exists = true;
  made_.entity.bundle = "a_bundle";
  made_.key.entity = made_.entity.ref;
  return *this;
}

ConversationBuilder& ConversationBuilder::deleted() {
  Entity gone;
  gone.ref = made_.entity.ref;
  made_.entity = std::move(gone);
  return *this;
}

ConversationBuilder& ConversationBuilder::unpublished() {
  made_.entity.published = false;
  return *this;
}

ConversationBuilder& ConversationBuilder::knowing(const EntityRef& target,
                                                  const Counterpart& counterpart) {
  counterparts_[target] = counterpart;
  return *this;
}

ConversationBuilder& ConversationBuilder::skipped(std::string_view reason) {
  made_.link.skipped = reason;
  return *this;
}

ConversationBuilder& ConversationBuilder::in_doubt() {
  made_.in_doubt = true;
  return *this;
}

FieldValue& ConversationBuilder::add(std::string_view path) {
  return made_.entity.fields[std::string(path)].emplace_back();
}

ConversationBuilder& ConversationBuilder::with_field(std::string_view path, std::string_view text,
                                                     ValueType type) {
  FieldValue& value = add(path);
  value.type = type;
  value.text = text;
  return *this;
}

ConversationBuilder& ConversationBuilder::with_day(std::string_view path, std::int64_t seconds) {
  FieldValue& value = add(path);
  value.type = ValueType::kTimestamp;
  value.text = std::to_string(seconds);
  value.is_day = true;
  return *this;
}

ConversationBuilder& ConversationBuilder::with_html(std::string_view path, std::string_view text,
                                                    std::string_view format) {
  FieldValue& value = add(path);
  value.type = ValueType::kLongText;
  value.text = text;
  value.format = format;
  return *this;
}

ConversationBuilder& ConversationBuilder::with_empty(std::string_view path) {
  made_.entity.fields[std::string(path)].clear();
  return *this;
}

ConversationBuilder& ConversationBuilder::with_reference(std::string_view path,
                                                         const EntityRef& target,
                                                         const Counterpart& counterpart,
                                                         std::string_view label) {
  FieldValue& value = add(path);
  value.type = ValueType::kReference;
  value.text = label;
  value.reference = Reference{target, true, "target_bundle", {}};
  counterparts_[target] = counterpart;
  return *this;
}

ConversationBuilder& ConversationBuilder::linked_to(
    std::int64_t moodle_id, std::map<std::string, std::string, std::less<>> sent) {
  made_.link.moodle_id = MoodleId{moodle_id};
  made_.link.sent = std::move(sent);
  return *this;
}

ConversationBuilder& ConversationBuilder::unlinked_but_sent(
    std::map<std::string, std::string, std::less<>> sent) {
  made_.link.sent = std::move(sent);
  return *this;
}

Conversation ConversationBuilder::with(const SourceSpec& source, Moodle& moodle) const {
  Conversation conversation = made_;
  conversation.source = &source;
  conversation.key.component = source.component;
  conversation.key.source = source.name;
  conversation.moodle = &moodle;
  conversation.counterpart = [counterparts = counterparts_](std::string_view /*component*/,
                                                            const Reference& to) {
    const auto found = counterparts.find(to.target);
    return found == counterparts.end() ? nobody() : found->second;
  };
  return conversation;
}

}  // namespace moodlesync::fakes
