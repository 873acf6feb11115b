#pragma once

#include <vector>

#include "components/users/users_settings.h"
#include "moodlesync/component.h"

namespace moodlesync::users {

/// Keeps Moodle's accounts in step with Drupal's users and their profiles: fields, blocked and
/// deleted users. Users with an excluded role are left alone, and so is an account that was synced
/// before its user got such a role.
class Users : public Component {
 public:
  explicit Users(std::vector<UserSource> sources);

  [[nodiscard]] std::string_view name() const override { return "users"; }
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
  [[nodiscard]] bool deletes() const;

  std::vector<UserSource> sources_;
  std::vector<SourceSpec> specs_;
};

[[nodiscard]] ComponentKind kind();

}  // namespace moodlesync::users
