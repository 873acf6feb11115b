#pragma once

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "drupal/postgres/entity_reader.h"
#include "support/drupal_site/drupal_site.h"
#include "support/postgres_cluster/postgres_cluster.h"

namespace moodlesync::postgres {

/// A site with a node type `course`, a vocabulary `sections`, and a reader on it.
class ReaderFixture : public testing::Test {
 protected:
  explicit ReaderFixture(const testsupport::DrupalSiteOptions& options = {})
      : site_(testsupport::DrupalSite::fresh(testsupport::PostgresCluster::shared(), options)),
        connection_(settings(site_)),
        names_(options.schema, options.prefix),
        schema_(names_),
        reader_(connection_, names_, schema_) {
    site_.add_node_type("course");
    site_.add_vocabulary("sections");
  }

  static ConnectionSettings settings(const testsupport::DrupalSite& site) {
    ConnectionSettings settings;
    settings.connection = site.connection();
    return settings;
  }

  static SourceSpec source(const std::string& type, const std::string& bundle,
                           const std::vector<std::string>& paths) {
    SourceSpec spec;
    spec.component = "test";
    spec.name = "main";
    spec.entity_type = type;
    spec.bundle = bundle;
    int line = 10;
    for (const std::string& path : paths) {
      FieldWish wish{.path = *parse_field_path(path)};
      wish.origin = {"test.yaml", line++, path};
      spec.fields.push_back(std::move(wish));
    }
    return spec;
  }

  /// What prepare() has to say, a line each; "" when all is well.
  std::string faults(const SourceSpec& spec) {
    const auto found = reader_.prepare({&spec, 1});
    if (!found) return "error: " + found.error().message;
    std::string text;
    for (const SettingsFault& fault : *found) {
      text += std::to_string(fault.origin.line) + ": " + fault.message + "\n";
    }
    return text;
  }

  std::vector<Entity> load_all(const SourceSpec& spec, const std::vector<std::int64_t>& ids) {
    EXPECT_EQ(faults(spec), "");
    std::vector<EntityRef> refs;
    for (const std::int64_t id : ids) refs.push_back({spec.entity_type, id});
    auto entities = reader_.load(spec, refs);
    EXPECT_TRUE(entities) << (entities ? "" : entities.error().message);
    return entities ? *std::move(entities) : std::vector<Entity>(ids.size());
  }
  Entity load(const SourceSpec& spec, std::int64_t id) { return load_all(spec, {id}).front(); }

  void add_field(const std::string& name, const std::string& type, int cardinality = 1,
                 const std::string& target = {}) {
    site_.add_field({.entity_type = "node",
                     .bundles = {"course"},
                     .name = name,
                     .type = type,
                     .cardinality = cardinality,
                     .target_type = target});
  }

  testsupport::DrupalSite site_;
  Connection connection_;
  TableNames names_;
  SiteSchema schema_;
  EntityReader reader_;
};

}  // namespace moodlesync::postgres
