#pragma once

#include <map>
#include <span>
#include <string>
#include <vector>

#include "drupal/postgres/entity_layout.h"
#include "drupal/postgres/field_encoding.h"
#include "drupal/postgres/site_schema.h"
#include "moodlesync/component.h"

namespace moodlesync::postgres {

/// The path under which an entity's own field_moodle_id is read; no field can be called that.
inline constexpr std::string_view kMoodleIdPath = "<moodle id>";

/// One value out of a SELECT. Columns are positions in its answer.
struct ValueRead {
  std::string path;
  Encoding encoding = Encoding::kText;
  int column = 0;
  int format_column = -1;        ///< kLongText; -1: the field has no format.
  std::string target_type = {};  ///< A reference is attached when this or the next is set.
  int target_type_column = -1;
  /// In place of the stored value, where it has one.
  std::map<std::string, std::string, std::less<>> labels = {};
  bool skip_zero = false;  ///< A term's parent 0 is the root, no reference.
};

/// A field's table: (entity_id, langcode, columns…), in the order of deltas; $1 is the ids.
struct TableRead {
  std::string sql;
  int cardinality = 1;
  std::vector<ValueRead> values;
};

/// An entity's own tables, or those of what belongs to it.
///
/// `sql` gives id, uuid, bundle, langcode, status, owner (whom it belongs to) and then the columns
/// of base fields; $1 is the ids, or those of the owners.
struct PartRead {
  const EntityLayout* layout = nullptr;
  std::string bundle;  ///< Empty: any.
  std::string sql;
  std::vector<ValueRead> values;
  std::vector<std::string> paths;  ///< All that it reads, in its tables or the base ones.
  std::vector<TableRead> tables;
};
inline constexpr int kFirstBaseColumn = 6;

/// All that load() does for one source.
struct SourceRead {
  PartRead own;
  std::vector<PartRead> profiles;  ///< Their values go to the user itself.
  std::vector<PartRead> owned;     ///< Entities of their own, in Entity::owned.
};

/// How to look up the targets of references to one entity type: (id, bundle, label, Moodle ids…).
struct TargetRead {
  std::string sql;
  std::map<std::string, int, std::less<>> moodle_id_columns;  ///< By bundle; "" for the others.
};

class PartBuilder;

/// Turns sources into plans and notes every mistake in them.
///
/// Lifetime: borrows the schema and the sources for as long as it lives; the plans stand alone.
class ReadPlanner {
 public:
  ReadPlanner(const SiteSchema& schema, const TableNames& names,
              std::span<const SourceSpec> sources)
      : schema_(schema), names_(names), sources_(sources) {}

  [[nodiscard]] SourceRead plan(const SourceSpec& source);
  [[nodiscard]] TargetRead target(const EntityLayout& layout) const;
  /// The faults found so far, in the order of the sources.
  [[nodiscard]] std::vector<SettingsFault>& faults() { return faults_; }

 private:
  [[nodiscard]] const EntityLayout* layout_for(std::string_view type, std::string_view bundle,
                                               const Origin& origin);
  void check_moodle_id_field(const SourceSpec& source);
  void add_owned(SourceRead& read, const SourceSpec& source, const OwnedSpec& owned);
  void add_wish(PartBuilder& part, const FieldWish& wish);
  [[nodiscard]] std::string status_by_state(const EntityLayout& layout) const;
  PartBuilder* profile_for(std::vector<PartBuilder>& profiles, const SourceSpec& source,
                           const FieldWish& wish);
  void no_such_field(const PartBuilder& part, const FieldWish& wish);
  void no_such_column(const SchemaField& field, const FieldWish& wish);
  void fault(const Origin& origin, std::string message) {
    faults_.push_back({origin, std::move(message)});
  }

  const SiteSchema& schema_;
  const TableNames& names_;
  std::span<const SourceSpec> sources_;
  std::vector<SettingsFault> faults_;
};

}  // namespace moodlesync::postgres
