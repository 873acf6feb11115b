#include <stdexcept>

#include "contract/queue/queue_rig.h"
#include "drupal/postgres/drupal.h"
#include "support/drupal_site/drupal_site.h"
#include "support/postgres_cluster/postgres_cluster.h"

namespace moodlesync::contract {

namespace {

using testsupport::DrupalSite;

class PostgresRig : public QueueRig {
 public:
  PostgresRig() : site_(DrupalSite::fresh(testsupport::PostgresCluster::shared())) {
    site_.add_vocabulary("sections");
    site_.add_node_type("course");
    ours_ = open();
    other_ = open();
    const auto installed = ours_->installer().install(two_sources(), "https://drupal.example");
    if (!installed) throw std::runtime_error(installed.error().message);
  }

  Queue& queue() override { return ours_->queue(); }
  Queue& other_instance() override { return other_->queue(); }
  Parking& parking() override { return ours_->parking(); }
  RemovalLedger& removals() override { return ours_->removals(); }
  RemovalLedger& other_removals() override { return other_->removals(); }
  Pauses& pauses() override { return ours_->pauses(); }
  void let_pass(std::chrono::seconds time) override {
    site_.sql().run(
        "UPDATE moodle_sync.removal SET at = at - $1::int * interval '1 second', expires_at = "
        "expires_at - $1::int * interval '1 second'",
        {std::to_string(time.count())});
  }
  void capture(const EntityRef& entity, const std::string& bundle) override {
    site_.sql().run(
        "INSERT INTO moodle_sync.change(entity_type, entity_id, bundle, op) VALUES ($1, $2, $3, "
        "'U')",
        {entity.type, std::to_string(entity.id), bundle});
  }

 private:
  std::unique_ptr<DrupalDatabase> open() {
    DrupalSettings settings;
    settings.connection = site_.connection();
    auto database = postgres::backend().open(settings);
    if (!database) throw std::runtime_error(database.error().message);
    (*database)->set_sources(two_sources());
    return *std::move(database);
  }

  DrupalSite site_;
  std::unique_ptr<DrupalDatabase> ours_;
  std::unique_ptr<DrupalDatabase> other_;
};

}  // namespace

QueueRigKind postgres_rig() {
  return {"Postgres", [] { return std::make_unique<PostgresRig>(); }};
}

}  // namespace moodlesync::contract
