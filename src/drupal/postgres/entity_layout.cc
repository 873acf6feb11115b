#include "drupal/postgres/entity_layout.h"

#include <algorithm>
#include <array>

namespace moodlesync::postgres {

namespace {

constexpr std::array kLayouts = {
    EntityLayout{.type = "node",
                 .base = "node",
                 .id = "nid",
                 .bundle = "type",
                 .only_bundle = "",
                 .revision = "vid",
                 .revisions = "node_revision",
                 .data = "node_field_data",
                 .revision_data = "node_field_revision",
                 .langcode = "langcode",
                 .uuid = "uuid",
                 .label = "title",
                 .status = "status",
                 .changed = "changed",
                 .owner = "",
                 .owner_type = "",
                 .owner_type_column = ""},
    EntityLayout{.type = "user",
                 .base = "users",
                 .id = "uid",
                 .bundle = "",
                 .only_bundle = "user",
                 .revision = "",
                 .revisions = "",
                 .data = "users_field_data",
                 .revision_data = "",
                 .langcode = "langcode",
                 .uuid = "uuid",
                 .label = "name",
                 .status = "status",
                 .changed = "changed",
                 .owner = "",
                 .owner_type = "",
                 .owner_type_column = ""},
    EntityLayout{.type = "taxonomy_term",
                 .base = "taxonomy_term_data",
                 .id = "tid",
                 .bundle = "vid",
                 .only_bundle = "",
                 .revision = "revision_id",
                 .revisions = "taxonomy_term_revision",
                 .data = "taxonomy_term_field_data",
                 .revision_data = "taxonomy_term_field_revision",
                 .langcode = "langcode",
                 .uuid = "uuid",
                 .label = "name",
                 .status = "status",
                 .changed = "changed",
                 .owner = "",
                 .owner_type = "",
                 .owner_type_column = ""},
    EntityLayout{.type = "profile",
                 .base = "profile",
                 .id = "profile_id",
                 .bundle = "type",
                 .only_bundle = "",
                 .revision = "revision_id",
                 .revisions = "profile_revision",
                 .data = "",
                 .revision_data = "",
                 .langcode = "",
                 .uuid = "uuid",
                 .label = "",
                 .status = "status",
                 .changed = "changed",
                 .owner = "uid",
                 .owner_type = "user",
                 .owner_type_column = ""},
    EntityLayout{.type = "registration",
                 .base = "registration",
                 .id = "registration_id",
                 .bundle = "type",
                 .only_bundle = "",
                 .revision = "",
                 .revisions = "",
                 .data = "",
                 .revision_data = "",
                 .langcode = "",
                 .uuid = "uuid",
                 .label = "",
                 .status = "",
                 .changed = "changed",
                 .owner = "entity_id",
                 .owner_type = "",
                 .owner_type_column = "entity_type_id",
                 .state = "state",
                 .workflow = "workflow"},
};

}  // namespace

std::span<const EntityLayout> entity_layouts() { return kLayouts; }

const EntityLayout* find_layout(std::string_view type) {
  const auto* found = std::find_if(kLayouts.begin(), kLayouts.end(),
                                   [&](const EntityLayout& layout) { return layout.type == type; });
  return found == kLayouts.end() ? nullptr : found;
}

}  // namespace moodlesync::postgres
