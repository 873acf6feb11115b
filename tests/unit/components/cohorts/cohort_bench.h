#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "components/cohorts/cohorts.h"
#include "support/fakes/conversation_builder.h"
#include "support/fakes/fake_moodle.h"
#include "support/fakes/settings_tree.h"

namespace moodlesync::cohorts {

using Entries = std::vector<std::pair<std::string, SettingsNode>>;

/// The component for the vocabulary "groups" (with `extra` keys) and the users' field_groups.
inline Cohorts a_component(Entries extra = {}) {
  Entries cohort{{"vocabulary", fakes::scalar("groups")}};
  for (auto& entry : extra) cohort.push_back(std::move(entry));
  const SettingsNode tree =
      fakes::mapping({{"cohorts", fakes::list({fakes::mapping(std::move(cohort))})},
                      {"members", fakes::list({fakes::texts({{"field", "field_groups"}})})}});
  std::vector<SettingsFault> faults;
  Section section(&tree, "f", "components.cohorts", &faults);
  CohortsSettings settings = read_settings(section);
  EXPECT_THAT(fakes::written(faults), testing::IsEmpty());
  return Cohorts(std::move(settings));
}

/// One conversation from start to end.
class CohortBench {
 public:
  explicit CohortBench(Cohorts its_component = a_component())
      : component(std::move(its_component)) {}

  void run_cohort(const fakes::ConversationBuilder& term) { run(term, component.sources()[0]); }
  void run_members(const fakes::ConversationBuilder& user) { run(user, component.sources()[1]); }

  [[nodiscard]] std::string result() const { return std::string(outcome_name(outcome)); }
  /// The error's code, the reason for skipping, or what is waited for.
  [[nodiscard]] std::string code() const {
    if (const auto* error = std::get_if<Error>(&outcome)) return error->code;
    if (const auto* skipped = std::get_if<Skipped>(&outcome)) return skipped->reason;
    const auto* waiting = std::get_if<Waiting>(&outcome);
    return waiting == nullptr ? "" : waiting->component + " " + to_string(waiting->entity);
  }
  [[nodiscard]] std::string message() const {
    const auto* error = std::get_if<Error>(&outcome);
    return error == nullptr ? std::string() : error->message;
  }
  [[nodiscard]] std::string row(std::size_t n) const { return fakes::written(moodle.row(n)); }
  [[nodiscard]] const Link& link() const { return conversation.link; }

  fakes::FakeMoodle moodle;
  Cohorts component;
  Conversation conversation;
  Outcome outcome;
  Link ahead;           ///< As last stored before Moodle was told.
  Status keeps = ok();  ///< What comes of storing it.

 private:
  Co<Status> kept(Link link) {
    ahead = std::move(link);
    co_return keeps;
  }

  void run(const fakes::ConversationBuilder& entity, const SourceSpec& source) {
    conversation = entity.with(source, moodle);
    conversation.keep_link = [this](const Link& link) { return kept(link); };
    outcome = moodle.drive(component.converse(conversation));
  }
};

}  // namespace moodlesync::cohorts
