#include "drupal/postgres/capture.h"

#include <algorithm>
#include <map>
#include <set>

#include "drupal/postgres/entity_layout.h"

namespace moodlesync::postgres {

namespace {

/// Entity type → the bundles of interest; an empty set: all.
using Wanted = std::map<std::string, std::set<std::string>, std::less<>>;

void want(Wanted& wanted, const std::string& type, const std::string& bundle) {
  const bool known = wanted.contains(type);
  auto& bundles = wanted[type];
  if (bundle.empty()) {
    bundles.clear();
  } else if (!known || !bundles.empty()) {
    bundles.insert(bundle);
  }
}

Wanted wanted_types(std::span<const SourceSpec> sources) {
  Wanted wanted;
  for (const SourceSpec& source : sources) {
    want(wanted, source.entity_type, source.bundle);
    for (const OwnedSpec& owned : source.owned) want(wanted, owned.entity_type, owned.bundle);
  }
  return wanted;
}

/// The types of the sources that an entity of `type` is, or belongs to.
std::set<std::string> concerned_types(std::span<const SourceSpec> sources, std::string_view type) {
  std::set<std::string> types;
  for (const SourceSpec& source : sources) {
    const bool owns =
        std::any_of(source.owned.begin(), source.owned.end(),
                    [&](const OwnedSpec& owned) { return owned.entity_type == type; });
    if (owns || source.entity_type == type) types.insert(source.entity_type);
  }
  return types;
}

/// Two statements that every function is made of, with our names filled in.
class Writer {
 public:
  Writer(const TableNames& names, bool notify)
      : change_(names.ours("change")),
        notify_(notify ? "  PERFORM pg_catalog.pg_notify(" + quote_literal(names.our_schema()) +
                             ", '');\n"
                       : "") {}

  /// `values`: entity_id, bundle, op, owner_type, owner.
  [[nodiscard]] std::string insert(std::string_view type, const std::string& values) const {
    return "INSERT INTO " + change_ +
           " (entity_type, entity_id, bundle, op, owner_type, owner) VALUES (" +
           quote_literal(type) + ", " + values + ");\n";
  }

  /// The frame of every capture function: whatever goes wrong inside, the editor's statement goes
  /// on. The handler names nothing of NEW or OLD, so that it cannot fail itself.
  [[nodiscard]] std::string framed(const std::string& statements) const {
    return "BEGIN\n" + statements + notify_ +
           "  RETURN NULL;\n"
           "EXCEPTION WHEN OTHERS THEN\n"
           "  RAISE WARNING 'moodle-syncd missed a change of %: % (%)',"
           " TG_TABLE_NAME, SQLERRM, SQLSTATE;\n"
           "  RETURN NULL;\n"
           "END";
  }

 private:
  std::string change_;
  std::string notify_;
};

/// Whether the record `row` (OLD or NEW) is of a bundle of interest.
std::string bundle_test(const EntityLayout& layout, const std::set<std::string>& bundles,
                        const std::string& row) {
  if (layout.bundle.empty() || bundles.empty()) return "true";
  std::string list;
  for (const std::string& bundle : bundles) {
    list += (list.empty() ? "" : ", ") + quote_literal(bundle);
  }
  return row + "." + quote_identifier(layout.bundle) + " = ANY (ARRAY[" + list + "])";
}

/// The values of a change, taken from the record `row` (OLD or NEW).
std::string change_values(const EntityLayout& layout, const std::string& row,
                          const std::string& op) {
  const auto column = [&](std::string_view name) {
    return name.empty() ? "NULL" : row + "." + quote_identifier(name);
  };
  std::string owner_type = column(layout.owner_type_column);
  if (!layout.owner_type.empty()) owner_type = quote_literal(layout.owner_type);
  return column(layout.id) + ", " + column(layout.bundle) + ", '" + op + "', " + owner_type + ", " +
         column(layout.owner);
}

std::string changed_test(std::initializer_list<std::string_view> columns) {
  std::string test;
  for (const std::string_view column : columns) {
    if (column.empty()) continue;
    const std::string name = quote_identifier(column);
    if (!test.empty()) test += " OR ";
    test.append("OLD.").append(name).append(" IS DISTINCT FROM NEW.").append(name);
  }
  return test;
}

std::string base_table_statements(const Writer& writer, const EntityLayout& layout,
                                  const std::set<std::string>& bundles) {
  const std::string of_old = bundle_test(layout, bundles, "OLD");
  const std::string of_new = bundle_test(layout, bundles, "NEW");
  const std::string save = writer.insert(layout.type, change_values(layout, "NEW", "U"));
  std::string text =
      "  IF TG_OP = 'TRUNCATE' THEN\n"
      "    " +
      writer.insert(layout.type, "0, NULL, 'T', NULL, NULL") +
      "  ELSIF TG_OP = 'DELETE' THEN\n"
      "    IF NOT (" +
      of_old +
      ") THEN RETURN NULL; END IF;\n"
      "    " +
      writer.insert(layout.type, change_values(layout, "OLD", "D"));
  if (layout.is_revisionable()) {
    // The first half of a create or of a new revision: the second one follows in a moment.
    text +=
        "  ELSIF NEW." + quote_identifier(layout.revision) + " IS NULL THEN\n    RETURN NULL;\n";
  }
  text +=
      "  ELSIF TG_OP = 'INSERT' THEN\n"
      "    IF NOT (" +
      of_new +
      ") THEN RETURN NULL; END IF;\n"
      "    " +
      save +
      "  ELSE\n"
      "    IF NOT (" +
      of_new + " OR " + of_old +
      ") THEN RETURN NULL; END IF;\n"
      "    " +
      save;
  if (!layout.owner.empty()) {
    // It went from one owner to another: both are concerned.
    text += "    IF " + changed_test({layout.owner, layout.owner_type_column}) + " THEN\n      " +
            writer.insert(layout.type, change_values(layout, "OLD", "U")) + "    END IF;\n";
  }
  return text + "  END IF;\n";
}

std::string only_if(const std::string& test, const std::string& statement) {
  return "  IF NOT (" + test + ") THEN RETURN NULL; END IF;\n  " + statement;
}

class Plan {
 public:
  Plan(const TableNames& names, bool notify) : writer_(names, notify) {}

  /// The tables that are added from now on concern sources of these entity types.
  void begin(std::set<std::string> concerns) { concerns_ = std::move(concerns); }

  void add_base(const EntityLayout& layout, const std::set<std::string>& bundles) {
    add(std::string(layout.base), base_table_statements(writer_, layout, bundles),
        "INSERT OR UPDATE OR DELETE");
    tables_.back().truncate = true;
  }

  /// What Drupal and its modules write with plain SQL, past the base table.
  void add_supplements(const EntityLayout& layout, const std::set<std::string>& bundles) {
    const std::string save = writer_.insert(layout.type, change_values(layout, "NEW", "U"));
    if (layout.type == "user") {
      // Login and last access are stamped here too, every few minutes for everybody.
      add_optional("users_field_data",
                   only_if(changed_test({"name", "mail", "status", "langcode", "preferred_langcode",
                                         "timezone"}),
                           save),
                   "UPDATE");
      add_optional("user__roles",
                   "  " + writer_.insert(layout.type, "OLD.entity_id, NULL, 'U', NULL, NULL"),
                   "DELETE");
    } else if (layout.type == "taxonomy_term") {
      add_optional("taxonomy_term_field_data", only_if(bundle_test(layout, bundles, "NEW"), save),
                   "UPDATE");
    }
  }

  /// New fields, bundles, languages and modules: the reader must look again, triggers may be gone.
  void add_config() {
    const std::string names = quote_literal(
        R"(^(field\.(field|storage)\.|core\.base_field_override\.|core\.extension$|node\.type\.)"
        R"(|taxonomy\.vocabulary\.|workflows\.workflow\.|language\.|system\.site$|moodle_sync))");
    add("config",
        "  IF (CASE TG_OP WHEN 'DELETE' THEN OLD.name ELSE NEW.name END) !~ " + names +
            " THEN RETURN NULL; END IF;\n  " + writer_.insert("config", "0, NULL, 'C', NULL, NULL"),
        "INSERT OR UPDATE OR DELETE");
  }

  [[nodiscard]] std::vector<CaptureTable> take() { return std::move(tables_); }

 private:
  void add(const std::string& table, const std::string& statements, const std::string& events) {
    CaptureTable entry;
    entry.table = table;
    entry.function = "capture_" + table;
    entry.body = writer_.framed(statements);
    entry.events = events;
    entry.concerns = concerns_;
    tables_.push_back(std::move(entry));
  }
  void add_optional(const std::string& table, const std::string& statements,
                    const std::string& events) {
    add(table, statements, events);
    tables_.back().optional = true;
  }

  Writer writer_;
  std::set<std::string> concerns_;
  std::vector<CaptureTable> tables_;
};

}  // namespace

std::vector<CaptureTable> plan_capture(const TableNames& names, std::span<const SourceSpec> sources,
                                       bool notify) {
  Plan plan(names, notify);
  for (const auto& [type, bundles] : wanted_types(sources)) {
    const EntityLayout* layout = find_layout(type);
    if (layout == nullptr) continue;  // The reader's prepare() says so, with the place in the file.
    plan.begin(concerned_types(sources, type));
    plan.add_base(*layout, bundles);
    plan.add_supplements(*layout, bundles);
  }
  plan.begin({});
  plan.add_config();
  return plan.take();
}

std::string create_function_sql(const TableNames& names, const CaptureTable& table) {
  // The lock_timeout bounds what an editor can wait for our table while somebody alters it.
  return "CREATE OR REPLACE FUNCTION " + names.ours(table.function) +
         "() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER"
         " SET search_path = pg_catalog, pg_temp SET lock_timeout = '50ms' AS " +
         quote_literal(table.body);
}

}  // namespace moodlesync::postgres
