#pragma once

#include <functional>
#include <string>
#include <vector>

#include "moodlesync/component.h"

namespace moodlesync::fakes {

inline constexpr Function kTell{.name = "tell",
                                .effect = Function::Effect::kWrite,
                                .shape = Function::Shape::kRows,
                                .list = "rows"};

/// A component of a test's making: its conversations tell Moodle the entity's title and keep the id
/// that comes back; of an entity that is gone they take away what Moodle has. `wait_for` may name a
/// path whose counterpart must be known first.
class ScriptedComponent : public Component {
 public:
  ScriptedComponent(std::string name, std::string entity_type, std::string bundle)
      : name_(std::move(name)) {
    SourceSpec source;
    source.component = name_;
    source.name = "main";
    source.entity_type = std::move(entity_type);
    source.bundle = std::move(bundle);
    source.fields.push_back({FieldPath{"", "title", ""}});
    sources_.push_back(std::move(source));
  }

  void wait_for(std::string path, std::string component) {
    sources_[0].fields.push_back({*parse_field_path(path), std::move(component)});
    wait_path_ = std::move(path);
  }

  void own(OwnedSpec owned) { sources_[0].owned.push_back(std::move(owned)); }

  [[nodiscard]] std::string_view name() const override { return name_; }
  [[nodiscard]] const std::vector<SourceSpec>& sources() const override { return sources_; }
  [[nodiscard]] std::vector<std::string_view> functions() const override { return {kTell.name}; }

  /// "see/it", which can be asked for, and "use/it", which cannot.
  [[nodiscard]] std::vector<std::string_view> capabilities() const override {
    return {"see/it", "use/it"};
  }
  [[nodiscard]] std::vector<RightProbe> right_probes() const override {
    return {{"see/it", {.function = &kTell, .row = {}}, [](const Result<Json>& answer) {
               return !answer;
             }}};
  }
  [[nodiscard]] std::vector<Reminder> reminders() const override {
    return {{"mails may leave", "switch them off", "2024"}};
  }

  [[nodiscard]] Co<Outcome> converse(Conversation& conversation) const override {
    if (const FieldValue* value = conversation.entity.first(wait_path_); value != nullptr) {
      const Counterpart other =
          conversation.counterpart(sources_[0].fields.back().counterpart_of, *value->reference);
      if (other.state == Counterpart::State::kPending) {
        co_return Waiting{sources_[0].fields.back().counterpart_of, value->reference->target,
                          value->reference->bundle};
      }
    }
    if (!conversation.entity.exists) co_return co_await remove(conversation);
    const std::string title(conversation.entity.text("title"));
    if (conversation.link.sent["title"] == title) co_return Unchanged{};
    Call call;
    call.function = &kTell;
    call.row.add("title", title);
    const Result<Json> answer = co_await conversation.moodle->call(std::move(call));
    if (!answer) co_return answer.error();
    const Json& id = answer->is_object() ? answer->at("id") : *answer;
    conversation.link.moodle_id = MoodleId{id.get<std::int64_t>()};
    conversation.link.sent["title"] = title;
    co_return Synced{};
  }

 private:
  [[nodiscard]] static Co<Outcome> remove(const Conversation& conversation) {
    Call call;
    call.function = &kTell;
    call.row.add("gone", to_string(conversation.entity.ref));
    call.removal = "delete";
    const Result<Json> answer = co_await conversation.moodle->call(std::move(call));
    if (!answer) co_return answer.error();
    co_return Removed{};
  }

  std::string name_;
  std::vector<SourceSpec> sources_;
  std::string wait_path_;
};

}  // namespace moodlesync::fakes
