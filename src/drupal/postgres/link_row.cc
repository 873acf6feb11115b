#include "drupal/postgres/link_row.h"

namespace moodlesync::postgres {

namespace {

/// Takes the texts of one flat object as they are read, without making a tree of them first: a
/// claim reads some thousand.
class SentReader : public nlohmann::json_sax<nlohmann::json> {
 public:
  using Sent = decltype(Link::sent);
  explicit SentReader(Sent& sent) : sent_(sent) {}

  bool start_object(std::size_t /*size*/) override { return ++depth_ > 0; }
  bool end_object() override { return --depth_ >= 0; }
  bool start_array(std::size_t /*size*/) override { return depth_++ > 0; }  // Never outermost.
  bool end_array() override { return --depth_ >= 0; }
  bool key(string_t& name) override {
    if (depth_ == 1) field_ = std::move(name);
    return true;
  }
  bool string(string_t& value) override {
    if (depth_ == 1) sent_.insert_or_assign(std::move(field_), std::move(value));
    return true;
  }
  bool null() override { return true; }
  bool boolean(bool /*value*/) override { return true; }
  bool number_integer(number_integer_t /*value*/) override { return true; }
  bool number_unsigned(number_unsigned_t /*value*/) override { return true; }
  bool number_float(number_float_t /*value*/, const string_t& /*text*/) override { return true; }
  bool binary(binary_t& /*value*/) override { return true; }
  bool parse_error(std::size_t /*position*/, const std::string& /*token*/,
                   const nlohmann::detail::exception& /*error*/) override {
    return false;
  }

 private:
  Sent& sent_;
  std::string field_;
  int depth_ = 0;
};

}  // namespace

Link read_link(const Row& row, int first) {
  Link link;
  if (const auto id = row.optional_integer(first)) link.moodle_id = MoodleId{*id};
  SentReader reader(link.sent);
  if (!nlohmann::json::sax_parse(row.text(first + 1), &reader)) link.sent.clear();
  link.uuid = row.text(first + 2);
  link.bundle = row.text(first + 3);
  link.skipped = row.text(first + 4);
  return link;
}

std::string storable(std::string_view text) {
  std::string clean(text);
  for (auto at = clean.find('\0'); at != std::string::npos; at = clean.find('\0', at)) {
    clean.replace(at, 1, "\xEF\xBF\xBD");
  }
  return clean;
}

nlohmann::json sent_to_json(const std::map<std::string, std::string, std::less<>>& sent) {
  nlohmann::json::object_t object;
  for (const auto& [field, value] : sent) {
    object.emplace_hint(object.end(), storable(field), storable(value));
  }
  return object;
}

std::string to_parameter(const nlohmann::json& json) {
  return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace moodlesync::postgres
