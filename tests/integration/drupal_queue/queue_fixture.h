#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "drupal/postgres/connection.h"
#include "drupal/postgres/identifiers.h"
#include "drupal/postgres/installer.h"
#include "drupal/postgres/task_queue.h"
#include "support/drupal_site/drupal_site.h"
#include "support/postgres_cluster/postgres_cluster.h"

namespace moodlesync::postgres {

using testsupport::DrupalSite;
using testsupport::DrupalSiteOptions;
using testsupport::PostgresCluster;

[[nodiscard]] inline ConnectionSettings session_settings(const std::string& connection) {
  ConnectionSettings settings;
  settings.connection = connection;
  return settings;
}

/// Which of Drupal's entities the tests' components keep in step.
[[nodiscard]] inline SourceSpec category_source() {
  SourceSpec source;
  source.component = "category";
  source.name = "main";
  source.entity_type = "taxonomy_term";
  source.bundle = "categories";
  return source;
}
[[nodiscard]] inline SourceSpec course_source() {
  SourceSpec source;
  source.component = "course";
  source.name = "main";
  source.entity_type = "node";
  source.bundle = "course";
  return source;
}
[[nodiscard]] inline SourceSpec user_source() {
  SourceSpec source;
  source.component = "users";
  source.name = "main";
  source.entity_type = "user";
  source.owned = {{.entity_type = "profile", .bundle = "student", .fields = {}, .origin = {}}};
  return source;
}

/// One instance of the daemon's database side, with a session of its own.
struct Instance {
  Instance(const std::string& at, const DrupalSiteOptions& options,
           const std::vector<SourceSpec>& sources)
      : names(options.schema, options.prefix),
        connection(session_settings(at)),
        schema(names),
        queue(connection, names, schema) {
    queue.set_sources(sources);
  }
  TableNames names;
  Connection connection;
  SiteSchema schema;  ///< Nothing is read into it unless a test does.
  TaskQueue queue;
};

/// A Drupal site with courses, categories, pages, student profiles and seminar registrations, and
/// moodle-syncd installed on it.
class QueueTest : public testing::Test {
 protected:
  explicit QueueTest(const DrupalSiteOptions& options = {}, bool notify = true)
      : site_(DrupalSite::fresh(PostgresCluster::shared(), options)),
        sources_({category_source(), course_source(), user_source()}),
        one_(site_.connection(), options, sources_),
        installer_(one_.connection, one_.names, {.notify = notify}) {
    site_.add_vocabulary("categories");
    site_.add_vocabulary("tags");
    site_.add_node_type("course");
    site_.add_node_type("page");
    site_.add_profile_type("student");
    site_.add_profile_type("staff");
    site_.add_registration_type("seminar");
    install();
  }

  void install() {
    const auto done = installer_.install(sources_, "https://drupal.example");
    if (!done) throw std::runtime_error(done.error().code + ": " + done.error().message);
    one_.queue.set_sources(sources_);
  }
  [[nodiscard]] std::unique_ptr<Instance> another_instance() const {
    return std::make_unique<Instance>(site_.connection(), site_.options(), sources_);
  }

  /// The first cell of a statement with {table} names, run past the daemon.
  std::string sql(const std::string& statement) {
    return site_.sql().cell(one_.names.expand(statement)).value_or("NULL");
  }
  /// Undrained changes as "type:id op", in order, separated by blanks.
  [[nodiscard]] std::string changes() {
    return sql(
        "SELECT coalesce(string_agg(entity_type || ':' || entity_id || op::text, ' ' ORDER BY "
        "seq), '')"
        " FROM {moodle_sync.change}");
  }
  void forget_changes() { site_.sql().run(one_.names.expand("DELETE FROM {moodle_sync.change}")); }
  /// Tasks as "component type:id state", by entity.
  [[nodiscard]] std::string tasks() {
    return sql(
        "SELECT coalesce(string_agg(component || ' ' || entity_type || ':' || entity_id || ' ' ||"
        " state, ', ' ORDER BY component, entity_type, entity_id), '') FROM {moodle_sync.task}");
  }

  static DrainReport drain(Instance& instance) {
    auto report = instance.queue.drain(1000);
    EXPECT_TRUE(report) << report.error().message;
    return report ? *report : DrainReport{};
  }
  [[nodiscard]] static std::vector<Task> claim(Instance& instance, int limit = 100,
                                               std::chrono::seconds lease = std::chrono::hours(1)) {
    auto tasks = instance.queue.claim({limit, {"category", "course", "users"}, lease});
    EXPECT_TRUE(tasks) << tasks.error().message;
    return tasks ? *tasks : std::vector<Task>{};
  }
  static SettleReport settle(Instance& instance, const std::vector<Settlement>& group) {
    auto report = instance.queue.settle(group);
    EXPECT_TRUE(report) << report.error().message;
    return report ? *report : SettleReport{};
  }

  /// What the engine makes of a conversation that went well.
  [[nodiscard]] static Settlement done(const Task& task, std::int64_t moodle_id) {
    Settlement settlement;
    settlement.key = task.key;
    settlement.token = task.token;
    settlement.generation = task.generation;
    settlement.link = task.link.value_or(Link{});
    settlement.link->moodle_id = MoodleId{moodle_id};
    settlement.link->bundle = task.bundle;
    return settlement;
  }
  [[nodiscard]] static Settlement ended(const Task& task, Settlement::State state,
                                        std::chrono::milliseconds delay = {}) {
    Settlement settlement;
    settlement.key = task.key;
    settlement.token = task.token;
    settlement.generation = task.generation;
    settlement.state = state;
    settlement.delay = delay;
    return settlement;
  }
  [[nodiscard]] static Settlement waiting(const Task& task, const TaskKey& target,
                                          const std::string& bundle) {
    Settlement settlement = ended(task, Settlement::State::kWaiting, std::chrono::hours(1));
    settlement.waits_on = target;
    settlement.waits_on_bundle = bundle;
    settlement.code = "waiting";
    return settlement;
  }
  /// A new course, captured, drained and claimed.
  [[nodiscard]] Task claimed_course() {
    site_.create_node("course", "Chemistry");
    drain(one_);
    auto tasks = claim(one_);
    if (tasks.size() != 1) throw std::runtime_error("one task expected");
    return tasks.front();
  }

  DrupalSite site_;
  std::vector<SourceSpec> sources_;
  Instance one_;
  SchemaInstaller installer_;
};

}  // namespace moodlesync::postgres
