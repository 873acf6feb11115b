#pragma once

#include <set>
#include <string>

#include "support/drupal_site/site_context.h"

namespace moodlesync::testsupport {

class DrupalSite;
struct SaveOptions;

/// An edit form open in somebody's browser. It shows the entity as it was when it was opened; on
/// submit Drupal loads the entity again and sets what the form shows, changed or not. Source: real
/// form posts against Drupal 10.2.
///
/// `field_moodle_id` is hidden unless show() says otherwise; all other fields are shown.
/// Lifetime: must not outlive its site.
class EditorForm {
 public:
  void set_title(const std::string& title);
  void set_field(const std::string& field, Items items);
  /// The field's widget is on the form, with the value of the moment when it was opened.
  void show(const std::string& field) { shown_.insert(field); }
  /// "Add another item": from now on the form is kept on the server with the entity inside.
  void press_ajax_button() { cached_form_ = true; }

  /// False: refused, somebody else has saved since (node forms only).
  [[nodiscard]] bool submit();
  [[nodiscard]] bool submit(const SaveOptions& options);

 private:
  friend class DrupalSite;
  EditorForm(DrupalSite& site, SiteEntity opened);

  DrupalSite& site_;
  SiteEntity opened_;  ///< As shown, with the editor's changes.
  Cell changed_;       ///< The form's hidden `changed`.
  std::set<std::string> shown_;
  bool cached_form_ = false;
};

}  // namespace moodlesync::testsupport
