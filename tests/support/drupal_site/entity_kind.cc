#include "support/drupal_site/entity_kind.h"

#include <stdexcept>

namespace moodlesync::testsupport {

namespace {

const ColumnSpec kUuid = {"uuid", "varchar(128) NOT NULL"};
const ColumnSpec kLangcode = {"langcode", "varchar(12) NOT NULL"};
const ColumnSpec kDefaultLangcode = {"default_langcode", "smallint NOT NULL"};
const ColumnSpec kTranslationAffected = {"revision_translation_affected", "smallint"};
const ColumnSpec kRevisionDefault = {"revision_default", "smallint"};

TableSpec node_data() {
  return {"node_field_data",
          {{"nid", "bigint NOT NULL"},
           {"vid", "bigint NOT NULL"},
           {"type", "varchar(32) NOT NULL"},
           kLangcode,
           {"status", "smallint NOT NULL"},
           {"uid", "bigint NOT NULL"},
           {"title", "varchar(255) NOT NULL"},
           {"created", "integer NOT NULL"},
           {"changed", "integer NOT NULL"},
           {"promote", "smallint NOT NULL"},
           {"sticky", "smallint NOT NULL"},
           kDefaultLangcode,
           kTranslationAffected},
          {"nid", "langcode"},
          {{"node__id__default_langcode__langcode", "nid, default_langcode, langcode"},
           {"node__vid", "vid"},
           {"node__frontpage", "promote, status, sticky, created"},
           {"node_field__changed", "changed"},
           {"node_field__created", "created"}},
          {}};
}

TableSpec node_revision_data() {
  return {"node_field_revision",
          {{"nid", "bigint NOT NULL"},
           {"vid", "bigint NOT NULL"},
           kLangcode,
           {"status", "smallint NOT NULL"},
           {"uid", "bigint NOT NULL"},
           {"title", "varchar(255)"},
           {"created", "integer"},
           {"changed", "integer"},
           {"promote", "smallint"},
           {"sticky", "smallint"},
           kDefaultLangcode,
           kTranslationAffected},
          {"vid", "langcode"},
          {{"node__id__default_langcode__langcode", "nid, default_langcode, langcode"}},
          {}};
}

EntityKind node() {
  EntityKind kind{"node",  "node",     "Drupal\\node\\Entity\\Node",
                  "nid",   "vid",      "type",
                  "title", "langcode", "node_type",
                  {},      {},         {},
                  {},      {}};
  kind.base = {"node",
               {{"nid", "serial CHECK (nid >= 0)"},
                {"vid", "bigint CHECK (vid >= 0)"},
                {"type", "varchar(32) NOT NULL"},
                kUuid,
                kLangcode},
               {"nid"},
               {{"node_field__type__target_id", "type"}},
               {{"node__vid", "vid"}, {"node_field__uuid__value", "uuid"}}};
  kind.revision = {"node_revision",
                   {{"nid", "bigint NOT NULL"},
                    {"vid", "serial CHECK (vid >= 0)"},
                    kLangcode,
                    {"revision_uid", "bigint"},
                    {"revision_timestamp", "integer"},
                    {"revision_log", "text"},
                    kRevisionDefault},
                   {"vid"},
                   {{"node__nid", "nid"}, {"node_field__langcode", "langcode"}},
                   {}};
  kind.data = node_data();
  kind.revision_data = node_revision_data();
  kind.defaults = {{"status", "1"}, {"uid", "1"},  {"promote", "0"},
                   {"sticky", "0"}, {"title", ""}, {"revision_translation_affected", "1"}};
  return kind;
}

TableSpec taxonomy_term_data() {
  return {"taxonomy_term_field_data",
          {{"tid", "bigint NOT NULL"},
           {"revision_id", "bigint NOT NULL"},
           {"vid", "varchar(32) NOT NULL"},
           kLangcode,
           {"status", "smallint NOT NULL"},
           {"name", "varchar(255) NOT NULL"},
           {"description__value", "text"},
           {"description__format", "varchar(255)"},
           {"weight", "integer NOT NULL"},
           {"changed", "integer"},
           kDefaultLangcode,
           kTranslationAffected},
          {"tid", "langcode"},
          {{"taxonomy_term__id__default_langcode__langcode", "tid, default_langcode, langcode"},
           {"taxonomy_term__revision_id", "revision_id"},
           {"taxonomy_term_field__name", "name"},
           {"taxonomy_term__tree", "vid, weight, name"},
           {"taxonomy_term__vid_name", "vid, name"}},
          {}};
}

TableSpec taxonomy_term_revision_data() {
  return {"taxonomy_term_field_revision",
          {{"tid", "bigint NOT NULL"},
           {"revision_id", "bigint NOT NULL"},
           kLangcode,
           {"status", "smallint NOT NULL"},
           {"name", "varchar(255)"},
           {"description__value", "text"},
           {"description__format", "varchar(255)"},
           {"changed", "integer"},
           kDefaultLangcode,
           kTranslationAffected},
          {"revision_id", "langcode"},
          {{"taxonomy_term__id__default_langcode__langcode", "tid, default_langcode, langcode"}},
          {}};
}

EntityKind taxonomy_term() {
  EntityKind kind{"taxonomy_term",
                  "taxonomy",
                  "Drupal\\taxonomy\\Entity\\Term",
                  "tid",
                  "revision_id",
                  "vid",
                  "name",
                  "langcode",
                  "taxonomy_vocabulary",
                  {},
                  {},
                  {},
                  {},
                  {}};
  kind.base = {"taxonomy_term_data",
               {{"tid", "serial CHECK (tid >= 0)"},
                {"revision_id", "bigint CHECK (revision_id >= 0)"},
                {"vid", "varchar(32) NOT NULL"},
                kUuid,
                kLangcode},
               {"tid"},
               {{"taxonomy_term_field__vid__target_id", "vid"}},
               {{"taxonomy_term__revision_id", "revision_id"},
                {"taxonomy_term_field__uuid__value", "uuid"}}};
  kind.revision = {"taxonomy_term_revision",
                   {{"tid", "bigint NOT NULL"},
                    {"revision_id", "serial CHECK (revision_id >= 0)"},
                    kLangcode,
                    {"revision_user", "bigint"},
                    {"revision_created", "integer"},
                    {"revision_log_message", "text"},
                    kRevisionDefault},
                   {"revision_id"},
                   {{"taxonomy_term__tid", "tid"}},
                   {}};
  kind.data = taxonomy_term_data();
  kind.revision_data = taxonomy_term_revision_data();
  kind.defaults = {
      {"status", "1"}, {"name", ""}, {"weight", "0"}, {"revision_translation_affected", "1"}};
  return kind;
}

EntityKind user() {
  EntityKind kind{"user", "user",     "Drupal\\user\\Entity\\User",
                  "uid",  "",         "",
                  "name", "langcode", "",
                  {},     {},         {},
                  {},     {}};
  kind.base = {"users",
               {{"uid", "serial CHECK (uid >= 0)"}, kUuid, kLangcode},
               {"uid"},
               {},
               {{"user_field__uuid__value", "uuid"}}};
  kind.data = {"users_field_data",
               {{"uid", "bigint NOT NULL"},
                kLangcode,
                {"preferred_langcode", "varchar(12)"},
                {"preferred_admin_langcode", "varchar(12)"},
                {"name", "varchar(60) NOT NULL"},
                {"pass", "varchar(255)"},
                {"mail", "varchar(254)"},
                {"timezone", "varchar(32)"},
                {"status", "smallint"},
                {"created", "integer NOT NULL"},
                {"changed", "integer"},
                {"access", "integer NOT NULL"},
                {"login", "integer"},
                {"init", "varchar(254)"},
                kDefaultLangcode},
               {"uid", "langcode"},
               {{"user__id__default_langcode__langcode", "uid, default_langcode, langcode"},
                {"user_field__mail", "mail"},
                {"user_field__created", "created"},
                {"user_field__access", "access"}},
               {{"user__name", "name, langcode"}}};
  kind.defaults = {{"status", "1"},
                   {"access", "0"},
                   {"login", "0"},
                   {"timezone", "UTC"},
                   {"pass", "$S$EnotARealHash"}};
  return kind;
}

EntityKind profile() {
  EntityKind kind{"profile",
                  "profile",
                  "Drupal\\profile\\Entity\\Profile",
                  "profile_id",
                  "revision_id",
                  "type",
                  "",
                  "",
                  "profile_type",
                  {},
                  {},
                  {},
                  {},
                  {}};
  kind.base = {"profile",
               {{"profile_id", "serial CHECK (profile_id >= 0)"},
                {"revision_id", "bigint CHECK (revision_id >= 0)"},
                {"type", "varchar(32) NOT NULL"},
                kUuid,
                {"status", "smallint NOT NULL"},
                {"uid", "bigint NOT NULL CHECK (uid >= 0)"},
                {"is_default", "smallint"},
                {"data", "bytea"},
                {"created", "integer"},
                {"changed", "integer"}},
               {"profile_id"},
               {{"profile_field__type__target_id", "type"},
                {"profile_field__uid__target_id", "uid"},
                {"profile__status_type", "status, type, profile_id"},
                {"profile__uid_type_status_is_default", "uid, type, status, is_default"}},
               {{"profile__revision_id", "revision_id"}, {"profile_field__uuid__value", "uuid"}}};
  kind.revision = {"profile_revision",
                   {{"profile_id", "bigint NOT NULL"},
                    {"revision_id", "serial CHECK (revision_id >= 0)"},
                    {"revision_created", "integer"},
                    {"revision_user", "bigint"},
                    {"revision_log_message", "text"},
                    {"status", "smallint NOT NULL"},
                    {"uid", "bigint NOT NULL CHECK (uid >= 0)"},
                    {"is_default", "smallint"},
                    {"data", "bytea"},
                    {"created", "integer"},
                    {"changed", "integer"},
                    kRevisionDefault},
                   {"revision_id"},
                   {{"profile__profile_id", "profile_id"},
                    {"profile_field__revision_user__target_id", "revision_user"},
                    {"profile_field__uid__target_id", "uid"}},
                   {}};
  kind.defaults = {{"status", "1"}, {"is_default", "1"}};
  return kind;
}

EntityKind registration() {
  EntityKind kind{"registration",
                  "registration",
                  "Drupal\\registration\\Entity\\Registration",
                  "registration_id",
                  "",
                  "type",
                  "",
                  "",
                  "registration_type",
                  {},
                  {},
                  {},
                  {},
                  {}};
  kind.base = {"registration",
               {{"registration_id", "serial CHECK (registration_id >= 0)"},
                {"type", "varchar(32) NOT NULL"},
                kUuid,
                {"workflow", "varchar(255)"},
                {"entity_type_id", "varchar(32) NOT NULL"},
                {"entity_id", "bigint NOT NULL CHECK (entity_id >= 0)"},
                {"langcode", "varchar(12)"},
                {"anon_mail", "varchar(254)"},
                {"user_uid", "bigint CHECK (user_uid >= 0)"},
                {"count", "integer"},
                {"mail", "varchar(254)"},
                {"author_uid", "bigint CHECK (author_uid >= 0)"},
                {"state", "varchar(255)"},
                {"created", "integer"},
                {"changed", "integer"},
                {"completed", "integer"}},
               {"registration_id"},
               {{"registration_field__type__target_id", "type"},
                {"registration_field__user_uid__target_id", "user_uid"},
                {"registration_field__author_uid__target_id", "author_uid"},
                {"registration_field__workflow__target_id", "workflow"},
                {"registration__host_entity", "entity_type_id, entity_id"}},
               {{"registration_field__uuid__value", "uuid"}}};
  kind.defaults = {{"entity_type_id", "node"}, {"count", "1"},      {"workflow", "registration"},
                   {"state", "complete"},      {"author_uid", "1"}, {"langcode", "en"}};
  return kind;
}

}  // namespace

const std::vector<EntityKind>& entity_kinds() {
  static const std::vector<EntityKind> kKinds = {user(), taxonomy_term(), node(), profile(),
                                                 registration()};
  return kKinds;
}

const EntityKind& entity_kind(std::string_view type) {
  for (const EntityKind& kind : entity_kinds()) {
    if (kind.id == type) return kind;
  }
  throw std::invalid_argument("no such entity type: " + std::string(type));
}

}  // namespace moodlesync::testsupport
