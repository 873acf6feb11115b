#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "drupal/postgres/migrations.h"
#include "drupal/postgres/write_back.h"
#include "support/drupal_site/drupal_site.h"
#include "support/postgres_cluster/postgres_cluster.h"

namespace moodlesync::postgres {

/// A site with a node type `course` and a vocabulary `sections`, our own schema, and a write-back
/// on a connection of its own.
class WriteBackFixture : public testing::Test {
 protected:
  explicit WriteBackFixture(const testsupport::DrupalSiteOptions& options = {})
      : site_(testsupport::DrupalSite::fresh(testsupport::PostgresCluster::shared(), options)),
        connection_(settings(site_)),
        names_(options.schema, options.prefix),
        schema_(names_),
        write_back_(connection_, names_, schema_) {
    site_.add_node_type("course");
    site_.add_vocabulary("sections");
    const auto migrated = migrate(connection_, names_);
    EXPECT_TRUE(migrated) << (migrated ? "" : migrated.error().message);
    set_sources({{"node", "course"}, {"taxonomy_term", "sections"}});
  }

  static ConnectionSettings settings(const testsupport::DrupalSite& site) {
    ConnectionSettings settings;
    settings.connection = site.connection();
    return settings;
  }

  /// One source per pair of entity type and bundle, named after the type.
  void set_sources(const std::vector<std::pair<std::string, std::string>>& kinds) {
    std::vector<SourceSpec> sources;
    for (const auto& [type, bundle] : kinds) {
      SourceSpec& source = sources.emplace_back();
      source.component = "test";
      source.name = type;
      source.entity_type = type;
      source.bundle = bundle;
    }
    write_back_.set_sources(sources);
  }

  /// What settle() leaves when Moodle has given an id.
  void owe(const testsupport::EntityId& id, std::int64_t moodle_id, int reasserts = 0) {
    site_.sql().run(
        names_.expand("INSERT INTO {moodle_sync.link} (component, source, entity_type, entity_id, "
                      "moodle_id, write_back, write_back_due, reasserts, reasserted_on) VALUES "
                      "('test', $1, $1, $2, $3, 1, now(), $4, current_date) ON CONFLICT "
                      "(entity_type, entity_id, component, source) DO UPDATE SET write_back = 1, "
                      "write_back_due = now(), reasserts = excluded.reasserts"),
        {id.type, std::to_string(id.id), std::to_string(moodle_id), std::to_string(reasserts)});
  }
  void make_due() {
    site_.sql().run(names_.expand(
        "UPDATE {moodle_sync.link} SET write_back_due = now() WHERE write_back <> 0"));
  }
  std::string link(const testsupport::EntityId& id, const std::string& column) {
    return site_.sql()
        .cell(names_.expand("SELECT " + column +
                            " FROM {moodle_sync.link} WHERE entity_type = $1 AND entity_id = $2"),
              {id.type, std::to_string(id.id)})
        .value_or("(null)");
  }

  WriteBackReport run() {
    auto report = write_back_.run(1000);
    EXPECT_TRUE(report) << (report ? "" : report.error().message);
    return report ? *std::move(report) : WriteBackReport{};
  }
  /// As the tables have it, whatever is cached.
  std::string stored(const testsupport::EntityId& id) {
    return site_.load_from_tables(id).text("field_moodle_id");
  }
  /// As Drupal shows it.
  std::string shown(const testsupport::EntityId& id) {
    return site_.load(id).text("field_moodle_id");
  }

  testsupport::DrupalSite site_;
  Connection connection_;
  TableNames names_;
  SiteSchema schema_;
  DrupalWriteBack write_back_;
};

}  // namespace moodlesync::postgres
