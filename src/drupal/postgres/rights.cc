#include "drupal/postgres/rights.h"

#include <set>
#include <string>
#include <tuple>

#include "drupal/postgres/entity_layout.h"
#include "drupal/postgres/site_schema.h"

namespace moodlesync::postgres {

namespace {

/// A right, as has_*_privilege() asks for it. With `any_column` the right
/// on any column will do, and `column` is the one to propose.
struct Need {
  enum class On { kTable, kSchema, kSequence, kFunction };
  On on = On::kTable;
  std::string object;  ///< Quoted and qualified; of a function with its parentheses.
  std::string right;   ///< SELECT, INSERT, …
  std::string column;
  bool any_column = false;
  auto operator<=>(const Need&) const = default;
};

/// The columns of users_field_data that are read: `pass` is not among them.
constexpr std::string_view kUserColumns[] = {
    "uid",     "langcode", "preferred_langcode", "name", "mail", "timezone", "status",
    "created", "changed",  "default_langcode"};

/// Collects what the daemon does, table by table.
class Needs {
 public:
  explicit Needs(const TableNames& names) : names_(names) {}

  void table(std::string_view table, std::initializer_list<std::string_view> rights,
             std::string_view column = {}) {
    for (const std::string_view right : rights) {
      needs_.insert(
          {Need::On::kTable, names_.drupal(table), std::string(right), std::string(column), false});
    }
  }
  void schemas() {
    for (const std::string& schema : {names_.our_schema(), names_.schema()}) {
      needs_.insert({Need::On::kSchema, quote_identifier(schema), "USAGE", "", false});
    }
  }
  void ours() {
    needs_.insert({Need::On::kSequence, names_.ours("task_token"), "USAGE", "", false});
    // All may execute a function, unless the owner's default privileges say otherwise.
    const std::string statistics = names_.ours("refresh_statistics") + "()";
    needs_.insert({Need::On::kFunction, statistics, "EXECUTE", "", false});
    for (const std::string_view name :
         {"change", "task", "link", "state_folder", "removal", "pause", "daemon", "resync"}) {
      for (const char* right : {"SELECT", "INSERT", "UPDATE", "DELETE"}) own(name, right);
    }
    for (const std::string_view name : {"site", "brake"}) {
      for (const char* right : {"SELECT", "INSERT", "UPDATE"}) own(name, right);
    }
    own("migration", "SELECT");
  }
  void read_type(std::string_view type) {
    const EntityLayout* layout = find_layout(type);
    if (layout == nullptr) return;
    table(layout->base, {"SELECT"});
    if (layout->type == "user") {
      for (const std::string_view column : kUserColumns) table(layout->data, {"SELECT"}, column);
    } else if (!layout->data.empty()) {
      table(layout->data, {"SELECT"});
    }
  }
  void write_back(const EntityLayout& layout, const SchemaField& field) {
    table(field.table, {"INSERT", "UPDATE", "DELETE"});
    if (!field.revisions.empty()) {
      table(field.revisions, {"SELECT", "INSERT", "UPDATE", "DELETE"});
      table(layout.revisions, {"SELECT"});
    }
    // PostgreSQL lets nobody lock a row who may not update at least one of its columns.
    const std::string_view column = layout.langcode.empty() ? layout.uuid : layout.langcode;
    needs_.insert(
        {Need::On::kTable, names_.drupal(layout.base), "UPDATE", std::string(column), true});
    table("cache_entity", {"DELETE"});
    table("cache_entity", {"SELECT"}, "cid");
    table("cachetags", {"SELECT", "INSERT", "UPDATE"});
  }
  void field(const SchemaField* field) {
    if (field == nullptr) return;
    if (field->dedicated) table(field->table, {"SELECT"});
    if (!field->target_type.empty()) read_type(field->target_type);
  }

  [[nodiscard]] const std::set<Need>& all() const { return needs_; }

 private:
  void own(std::string_view name, const char* right) {
    needs_.insert({Need::On::kTable, names_.ours(name), right, "", false});
  }
  const TableNames& names_;
  std::set<Need> needs_;
};

void add_wishes(Needs& needs, const SiteSchema& schema, const std::vector<FieldWish>& wishes,
                std::string_view type, std::string_view bundle) {
  for (const FieldWish& wish : wishes) {
    const bool profile = !wish.path.profile.empty();
    if (profile) needs.read_type("profile");
    needs.field(profile ? schema.field("profile", wish.path.profile, wish.path.field)
                        : schema.field(type, bundle, wish.path.field));
  }
}

void add_source(Needs& needs, const SiteSchema& schema, const SourceSpec& source) {
  needs.read_type(source.entity_type);
  add_wishes(needs, schema, source.fields, source.entity_type, source.bundle);
  for (const OwnedSpec& owned : source.owned) {
    needs.read_type(owned.entity_type);
    add_wishes(needs, schema, owned.fields, owned.entity_type, owned.bundle);
  }
  const EntityLayout* layout = find_layout(source.entity_type);
  const SchemaField* field =
      schema.field(source.entity_type, source.bundle, source.moodle_id_field);
  needs.field(field);
  if (layout != nullptr && field != nullptr && source.gives_moodle_id) {
    needs.write_back(*layout, *field);
  }
}

/// True also when the object is not there: that is no matter of rights.
constexpr std::string_view kHas = R"sql(
SELECT n.nr FROM unnest($1::text[], $2::text[], $3::text[], $4::text[]) WITH ORDINALITY
  AS n(kind, object, privilege, col, nr)
WHERE NOT coalesce(CASE
  WHEN n.kind = 'schema' THEN has_schema_privilege(to_regnamespace(n.object)::oid, n.privilege)
  WHEN n.kind = 'sequence' THEN has_sequence_privilege(to_regclass(n.object), n.privilege)
  WHEN n.kind = 'function'
    THEN has_function_privilege(to_regprocedure(n.object)::oid, n.privilege)
  WHEN n.col = '' THEN has_table_privilege(to_regclass(n.object), n.privilege)
  WHEN n.col = '*' THEN has_any_column_privilege(to_regclass(n.object), n.privilege)
  ELSE has_column_privilege(to_regclass(n.object), n.col, n.privilege) END, true)
ORDER BY n.nr)sql";

std::string_view kind_name(Need::On on) {
  switch (on) {
    case Need::On::kSchema:
      return "schema";
    case Need::On::kSequence:
      return "sequence";
    case Need::On::kFunction:
      return "function";
    case Need::On::kTable:
      break;
  }
  return "table";
}

Finding missing(const Need& need, const std::string& role) {
  const std::string kind(kind_name(need.on));
  std::string right = need.right;
  if (!need.column.empty()) right += " (" + quote_identifier(need.column) + ")";
  return {
      Finding::Level::kProblem,
      "the role " + role + " has no right to " + need.right + " on " + kind + " " + need.object +
          (need.column.empty() || need.any_column ? "" : ", column " + need.column),
      "as the owner: GRANT " + right + " ON " + (need.on == Need::On::kTable ? "" : kind + " ") +
          need.object + " TO " + quote_identifier(role)};
}

Result<std::vector<Finding>> ask(Connection& connection, const std::set<Need>& needs) {
  auto who = connection.query("SELECT current_user");
  if (!who) return std::move(who).error();
  const std::string role((*who)[0].text(0));
  std::vector<std::string> kinds;
  std::vector<std::string> objects;
  std::vector<std::string> rights;
  std::vector<std::string> columns;
  const std::vector<Need> list(needs.begin(), needs.end());
  for (const Need& need : list) {
    kinds.emplace_back(kind_name(need.on));
    objects.push_back(need.object);
    rights.push_back(need.right);
    columns.push_back(need.any_column ? "*" : need.column);
  }
  auto rows = connection.query(std::string(kHas), {kinds, objects, rights, columns});
  if (!rows) return std::move(rows).error();
  std::vector<Finding> findings;
  findings.reserve(static_cast<std::size_t>(rows->size()) + 1);
  for (int i = 0; i < rows->size(); ++i) {
    findings.push_back(missing(list[static_cast<std::size_t>((*rows)[i].integer(0) - 1)], role));
  }
  if (findings.empty()) {
    findings.push_back({Finding::Level::kOk, "the role " + role + " has the rights it needs", ""});
  }
  return findings;
}

}  // namespace

Result<std::vector<Finding>> check_rights(Connection& connection, const TableNames& names,
                                          std::span<const SourceSpec> sources) {
  Needs needs(names);
  needs.schemas();
  // Without USAGE PostgreSQL does not even say whether a table is there.
  auto schemas = ask(connection, needs.all());
  if (!schemas || schemas->front().level != Finding::Level::kOk) return schemas;
  needs.ours();
  needs.table("config", {"SELECT"});
  auto first = ask(connection, needs.all());
  if (!first) return first;
  SiteSchema schema(names);
  if (auto read = schema.refresh(connection); !read) {
    // Without `config` the fields cannot be known; the finding about it stands first already.
    if (read.error().kind == ErrorKind::kConfig) return first;
    return std::move(read).error();
  }
  for (const SourceSpec& source : sources) add_source(needs, schema, source);
  return ask(connection, needs.all());
}

}  // namespace moodlesync::postgres
