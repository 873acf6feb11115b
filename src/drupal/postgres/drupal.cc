#include "drupal/postgres/drupal.h"

#include <utility>

#include "drupal/postgres/config_reader.h"
#include "drupal/postgres/connection.h"
#include "drupal/postgres/daemon_rows.h"
#include "drupal/postgres/dossier_reader.h"
#include "drupal/postgres/entity_reader.h"
#include "drupal/postgres/identifiers.h"
#include "drupal/postgres/installer.h"
#include "drupal/postgres/listener.h"
#include "drupal/postgres/parked_tasks.h"
#include "drupal/postgres/pause_book.h"
#include "drupal/postgres/removal_book.h"
#include "drupal/postgres/site.h"
#include "drupal/postgres/site_schema.h"
#include "drupal/postgres/site_survey.h"
#include "drupal/postgres/task_queue.h"
#include "drupal/postgres/trigger_watch.h"
#include "drupal/postgres/write_back.h"

namespace moodlesync::postgres {

namespace {

ConnectionSettings session_settings(const DrupalSettings& settings) {
  ConnectionSettings session;
  session.connection = settings.connection;
  session.password = settings.password;
  session.statement_timeout = settings.statement_timeout;
  return session;
}

WriteBackSettings write_back_settings(const DrupalSettings& settings) {
  WriteBackSettings write_back;
  write_back.outside_caches = settings.outside_caches;
  return write_back;
}

/// All ports on one connection; only the listener has its own.
class Database : public DrupalDatabase {
 public:
  explicit Database(const DrupalSettings& settings)
      : names_(settings),
        connection_(session_settings(settings)),
        schema_(names_),
        queue_(connection_, names_, schema_),
        parking_(connection_, names_),
        survey_(connection_, names_, schema_),
        removals_(connection_, names_),
        pauses_(connection_, names_),
        presence_(connection_, names_, queue_.instance()),
        dossiers_(connection_, names_),
        reader_(connection_, names_, schema_),
        write_back_(connection_, names_, schema_, write_back_settings(settings)),
        capture_(connection_, names_, settings.notify),
        site_(connection_, names_),
        config_(connection_, names_),
        listener_(session_settings(settings), names_.our_schema(), settings.notify, connection_),
        installer_(connection_, names_,
                   {.notify = settings.notify, .outside_caches = settings.outside_caches}) {}

  void set_sources(std::vector<SourceSpec> sources) override {
    write_back_.set_sources(sources);
    capture_.set_sources(sources);
    removals_.set_sources(sources);
    survey_.set_sources(sources);
    queue_.set_sources(std::move(sources));
  }
  void set_meanwhile(Meanwhile meanwhile) override {
    connection_.set_meanwhile(std::move(meanwhile));
  }
  [[nodiscard]] Queue& queue() override { return queue_; }
  [[nodiscard]] Parking& parking() override { return parking_; }
  [[nodiscard]] Survey& survey() override { return survey_; }
  [[nodiscard]] RemovalLedger& removals() override { return removals_; }
  [[nodiscard]] Pauses& pauses() override { return pauses_; }
  [[nodiscard]] PresenceBoard& presence() override { return presence_; }
  [[nodiscard]] Dossiers& dossiers() override { return dossiers_; }
  [[nodiscard]] DrupalReader& reader() override { return reader_; }
  [[nodiscard]] WriteBack& write_back() override { return write_back_; }
  [[nodiscard]] CaptureWatch& capture() override { return capture_; }
  [[nodiscard]] Site& site() override { return site_; }
  [[nodiscard]] DrupalConfig& config() override { return config_; }
  [[nodiscard]] ChangeListener& listener() override { return listener_; }
  [[nodiscard]] Installer& installer() override { return installer_; }

 private:
  TableNames names_;
  Connection connection_;
  SiteSchema schema_;
  TaskQueue queue_;
  ParkedTasks parking_;
  SiteSurvey survey_;
  RemovalBook removals_;
  PauseBook pauses_;
  DaemonRows presence_;
  DossierReader dossiers_;
  EntityReader reader_;
  DrupalWriteBack write_back_;
  TriggerWatch capture_;
  SiteRecord site_;
  ConfigReader config_;
  Listener listener_;
  SchemaInstaller installer_;
};

Result<std::unique_ptr<DrupalDatabase>> open(const DrupalSettings& settings) {
  if (auto readable = check_connection_string(settings.connection); !readable) {
    return std::move(readable).error();
  }
  return std::unique_ptr<DrupalDatabase>(std::make_unique<Database>(settings));
}

}  // namespace

DrupalBackend backend() { return {"postgresql", &open}; }

}  // namespace moodlesync::postgres
