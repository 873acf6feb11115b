#include "moodle/form.h"

#include <array>
#include <cstdint>

namespace moodlesync::moodle {

namespace {

/// Bytes that stand for themselves. Brackets do too: PHP reads them either way, and names are full
/// of them.
constexpr std::array<bool, 256> kPlain = [] {
  std::array<bool, 256> plain{};
  for (const char c : std::string_view("-_.~[]")) plain[static_cast<unsigned char>(c)] = true;
  for (std::size_t c = '0'; c <= '9'; ++c) plain[c] = true;
  for (std::size_t c = 'a'; c <= 'z'; ++c) plain[c] = true;
  for (std::size_t c = 'A'; c <= 'Z'; ++c) plain[c] = true;
  return plain;
}();

class Body {
 public:
  explicit Body(std::size_t expected_bytes) { text_.reserve(expected_bytes); }

  void add(std::string_view name, std::string_view value) {
    begin();
    escape(name);
    finish(value);
  }

  /// `list[index]=value`
  void add_value(std::string_view list, std::size_t index, std::string_view value) {
    begin_row(list, index);
    finish(value);
  }

  /// `list[index][field]=value`; of a nested name only the head moves into brackets.
  void add_field(std::string_view list, std::size_t index, std::string_view name,
                 std::string_view value) {
    const std::size_t head = std::min(name.find('['), name.size());
    begin_row(list, index);
    text_ += '[';
    escape(name.substr(0, head));
    text_ += ']';
    escape(name.substr(head));
    finish(value);
  }

  [[nodiscard]] std::string take() && { return std::move(text_); }

 private:
  void begin() {
    if (!text_.empty()) text_ += '&';
  }

  void begin_row(std::string_view list, std::size_t index) {
    begin();
    escape(list);
    text_ += '[';
    text_ += std::to_string(index);
    text_ += ']';
  }

  void finish(std::string_view value) {
    text_ += '=';
    escape(value);
  }

  void escape(std::string_view text) {
    constexpr std::string_view kHex = "0123456789ABCDEF";
    for (const char c : text) {
      const auto byte = static_cast<unsigned char>(c);
      if (kPlain[byte]) {
        text_ += c;
      } else if (c == ' ') {
        text_ += '+';
      } else {
        const std::array<char, 3> escaped{'%', kHex[byte >> 4U], kHex[byte & 15U]};
        text_.append(escaped.data(), escaped.size());
      }
    }
  }

  std::string text_;
};

std::size_t expected_bytes(const Function& function, const Params& fixed,
                           std::span<const Params* const> rows) {
  std::size_t bytes = 256;
  for (const auto& [name, value] : fixed.items()) bytes += name.size() + value.size() + 2;
  for (const Params* row : rows) {
    for (const auto& [name, value] : row->items()) {
      bytes += function.list.size() + name.size() + value.size() + value.size() / 4 + 10;
    }
  }
  return bytes;
}

void add_all(Body& body, const Params& params) {
  for (const auto& [name, value] : params.items()) body.add(name, value);
}

std::string joined(std::span<const Params* const> rows) {
  std::string list;
  for (const Params* row : rows) {
    for (const auto& item : row->items()) list.append(list.empty() ? "" : ",").append(item.second);
  }
  return list;
}

void add_rows(Body& body, const Function& function, std::span<const Params* const> rows) {
  if (function.shape == Function::Shape::kJoined) return body.add(function.list, joined(rows));
  for (std::size_t index = 0; index < rows.size(); ++index) {
    if (function.shape == Function::Shape::kSingle) {
      add_all(body, *rows[index]);
    } else if (function.shape == Function::Shape::kValues) {
      for (const auto& item : rows[index]->items()) {
        body.add_value(function.list, index, item.second);
      }
    } else {
      for (const auto& [name, value] : rows[index]->items()) {
        body.add_field(function.list, index, name, value);
      }
    }
  }
}

}  // namespace

std::size_t protocol_variables(const Function& function) {
  return function.effect == Function::Effect::kRead ? 5 : 3;
}

std::string encode_body(const Function& function, std::string_view token, const Params& fixed,
                        std::span<const Params* const> rows, FunctionName place) {
  Body body(expected_bytes(function, fixed, rows));
  const auto add_identity = [&] {
    body.add("wstoken", token);
    body.add("wsfunction", function.name);
  };
  if (place == FunctionName::kFirst) add_identity();
  body.add("moodlewsrestformat", "json");
  if (function.effect == Function::Effect::kRead) {
    // Names and texts as they are stored, not as they are displayed (REST facts, "Escaping").
    body.add("moodlewssettingraw", "1");
    body.add("moodlewssettingfilter", "0");
  }
  add_all(body, fixed);
  add_rows(body, function, rows);
  if (place == FunctionName::kLast) add_identity();
  return std::move(body).take();
}

}  // namespace moodlesync::moodle
