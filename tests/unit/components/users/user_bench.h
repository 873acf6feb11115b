#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "components/users/users_script.h"
#include "support/fakes/conversation_builder.h"
#include "support/fakes/fake_moodle.h"
#include "support/fakes/settings_tree.h"

namespace moodlesync::users {

using Entries = std::vector<std::pair<std::string, SettingsNode>>;

/// A source as the configuration would make it: names mapped, and `extra` keys.
inline UserSource a_source(Entries extra = {}) {
  Entries entries{{"fields", fakes::texts({{"firstname", "field_first"},
                                           {"lastname", "field_last"},
                                           {"city", "field_city"},
                                           {"lang", "preferred_langcode"}})}};
  for (auto& entry : extra) entries.push_back(std::move(entry));
  const SettingsNode tree =
      fakes::mapping({{"sources", fakes::list({fakes::mapping(std::move(entries))})}});
  std::vector<SettingsFault> faults;
  Section section(&tree, "f", "components.users", &faults);
  auto sources = read_sources(section);
  EXPECT_THAT(fakes::written(faults), testing::IsEmpty());
  return sources.at(0);
}

/// User 7, as her editors see her.
inline fakes::ConversationBuilder anna() {
  return fakes::a_conversation()
      .of_user(7)
      .with_field("name", "Anna.M")
      .with_field("mail", "Anna@Example.org")
      .with_field("field_first", "Anna")
      .with_field("field_last", "Müller")
      .with_field("field_city", "Graz");
}

/// What Moodle holds of her after a sync.
inline std::map<std::string, std::string, std::less<>> annas_account() {
  return {{"username", "anna.m"}, {"email", "anna@example.org"},
          {"firstname", "Anna"},  {"lastname", "Müller"},
          {"city", "Graz"},       {"idnumber", "7"},
          {"suspended", "0"}};
}

/// An account in one of Moodle's answers.
inline Json account(std::int64_t id, std::string_view idnumber = {}) {
  Json user{{"id", id}, {"email", "anna@example.org"}};
  if (!idnumber.empty()) user["idnumber"] = idnumber;
  return user;
}
inline Json found(std::int64_t id, std::string_view idnumber = {}) {
  return Json{{"users", Json::array({account(id, idnumber)})}};
}
inline Json found_nobody() { return Json{{"users", Json::array()}}; }

/// One conversation from start to end.
class UserBench {
 public:
  explicit UserBench(UserSource its_source = a_source()) : source(std::move(its_source)) {}

  const Outcome& run(const fakes::ConversationBuilder& user) {
    conversation = user.with(source.spec, moodle);
    UserScript script(source, conversation);
    outcome = moodle.drive(script.run());
    return outcome;
  }
  [[nodiscard]] std::string result() const { return std::string(outcome_name(outcome)); }
  /// The error's code or the reason for skipping.
  [[nodiscard]] std::string code() const {
    if (const auto* error = std::get_if<Error>(&outcome)) return error->code;
    if (const auto* skipped = std::get_if<Skipped>(&outcome)) return skipped->reason;
    return {};
  }
  [[nodiscard]] std::string message() const {
    const auto* error = std::get_if<Error>(&outcome);
    return error == nullptr ? std::string() : error->message;
  }
  [[nodiscard]] std::string row(std::size_t n) const { return fakes::written(moodle.row(n)); }
  [[nodiscard]] const Link& link() const { return conversation.link; }

  fakes::FakeMoodle moodle;
  UserSource source;
  Conversation conversation;
  Outcome outcome;
};

}  // namespace moodlesync::users
