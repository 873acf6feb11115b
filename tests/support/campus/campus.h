#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "support/drupal_site/drupal_site.h"

namespace moodlesync::testsupport {

/// A university on a Drupal site: sections (categories, four levels), course templates (terms) and
/// courses (nodes), with the names that real sites have: umlauts, ampersands, and somebody's HTML.
class Campus {
 public:
  /// Adds the vocabularies, node types and fields; no content yet.
  explicit Campus(DrupalSite& site);

  /// The content; each may be called again for more.
  void add_sections();  ///< 40 terms on four levels.
  void add_templates(int count);
  void add_courses(int count, int every_nth_from_a_template = 20);

  [[nodiscard]] const std::vector<std::int64_t>& sections() const { return sections_; }
  [[nodiscard]] const std::vector<std::int64_t>& templates() const { return templates_; }
  [[nodiscard]] const std::vector<std::int64_t>& courses() const { return courses_; }
  [[nodiscard]] DrupalSite& site() { return site_; }

  /// The `components:` part of a configuration that keeps this campus in step.
  [[nodiscard]] static std::string components_yaml(std::int64_t trash_bin_category);

 private:
  std::int64_t add_section(const std::string& name, std::int64_t parent, int number);

  DrupalSite& site_;
  std::vector<std::int64_t> sections_;
  std::vector<std::int64_t> templates_;
  std::vector<std::int64_t> courses_;
};

}  // namespace moodlesync::testsupport
