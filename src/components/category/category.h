#pragma once

#include <vector>

#include "components/category/category_settings.h"
#include "moodlesync/component.h"

namespace moodlesync::category {

/// Keeps Moodle's course categories in step with the terms of vocabularies: name, description and
/// place in the tree; a deleted term's category goes into the trash bin, if there is one.
class Category : public Component {
 public:
  explicit Category(std::vector<CategorySource> sources);

  [[nodiscard]] std::string_view name() const override { return "category"; }
  [[nodiscard]] const std::vector<SourceSpec>& sources() const override { return specs_; }
  [[nodiscard]] std::vector<std::string_view> functions() const override;
  [[nodiscard]] std::vector<std::string_view> capabilities() const override;
  [[nodiscard]] std::vector<RightProbe> right_probes() const override;
  [[nodiscard]] std::vector<MoodleView> views(const SourceSpec& source, const EntityRef& entity,
                                              std::optional<MoodleId> id) const override;
  [[nodiscard]] Co<Result<std::vector<Stamped>>> census(const SourceSpec& source,
                                                        Moodle& moodle) const override;
  [[nodiscard]] Co<Outcome> converse(Conversation& conversation) const override;

 private:
  std::vector<CategorySource> sources_;
  std::vector<SourceSpec> specs_;
};

[[nodiscard]] ComponentKind kind();

}  // namespace moodlesync::category
