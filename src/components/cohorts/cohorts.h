#pragma once

#include <vector>

#include "components/cohorts/cohorts_settings.h"
#include "moodlesync/component.h"

namespace moodlesync::cohorts {

/// Keeps Moodle's cohorts in step with the terms of vocabularies, and their members with the terms
/// that users or their profiles refer to. Memberships that somebody else made are never touched.
class Cohorts : public Component {
 public:
  explicit Cohorts(CohortsSettings settings);

  [[nodiscard]] std::string_view name() const override { return "cohorts"; }
  [[nodiscard]] const std::vector<SourceSpec>& sources() const override { return specs_; }
  [[nodiscard]] std::vector<std::string_view> functions() const override;
  [[nodiscard]] std::vector<std::string_view> optional_functions() const override;
  [[nodiscard]] std::vector<std::string_view> capabilities() const override;
  [[nodiscard]] std::vector<RightProbe> right_probes() const override;
  [[nodiscard]] std::vector<MoodleView> views(const SourceSpec& source, const EntityRef& entity,
                                              std::optional<MoodleId> id) const override;
  [[nodiscard]] Co<Result<std::vector<Stamped>>> census(const SourceSpec& source,
                                                        Moodle& moodle) const override;
  [[nodiscard]] Co<Outcome> converse(Conversation& conversation) const override;

 private:
  CohortsSettings settings_;
  std::vector<SourceSpec> specs_;
};

[[nodiscard]] ComponentKind kind();

}  // namespace moodlesync::cohorts
