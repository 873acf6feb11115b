#include "drupal/postgres/php_serialize.h"

#include <charconv>
#include <cmath>
#include <limits>
#include <optional>
#include <system_error>

#include "base/text.h"

namespace moodlesync::postgres {

namespace {

/// The shortest entry of an array is `i:0;N;`: no count beyond that can be honest.
constexpr std::size_t kShortestEntry = 6;

/// PHP marks the visibility of a property in its name: "\0*\0name", "\0Class\0name".
std::string_view without_visibility(std::string_view name) {
  if (name.empty() || name.front() != '\0') return name;
  const auto end = name.find('\0', 1);
  return end == std::string_view::npos ? name : name.substr(end + 1);
}

/// Reads from the front of a buffer. The first fault stands; after it every step fails.
class Reader {
 public:
  Reader(std::string_view bytes, PhpLimits limits) : bytes_(bytes), limits_(limits) {}

  Result<PhpValue> whole() {
    PhpValue value;
    if (bytes_.size() > limits_.bytes) fault("the value is too large");
    if (!fault_ && read(value, 0) && at_ != bytes_.size()) fault("there is more after the value");
    if (fault_) return std::move(*fault_);
    return value;
  }

 private:
  bool fault(std::string_view what) {
    if (!fault_) {
      fault_ =
          Error{ErrorKind::kRejected, "bad_php_value",
                "serialized PHP value, byte " + std::to_string(at_) + ": " + std::string(what)};
    }
    return false;
  }

  bool expect(std::string_view wanted) {
    if (bytes_.substr(at_, wanted.size()) != wanted) {
      return fault("'" + std::string(wanted) + "' was expected");
    }
    at_ += wanted.size();
    return true;
  }

  /// The text up to `end`, which is passed over.
  bool until(char end, std::string_view& text) {
    const auto found = bytes_.find(end, at_);
    if (found == std::string_view::npos) return fault("the value breaks off");
    text = bytes_.substr(at_, found - at_);
    at_ = found + 1;
    return true;
  }

  template <class Number>
  bool number(char end, Number& value) {
    const auto start = at_;
    std::string_view text;
    if (!until(end, text)) return false;
    const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error == std::errc{} && rest == text.data() + text.size()) return true;
    at_ = start;
    return fault("this is no number");
  }

  /// `LEN:` and then `"bytes"`; LEN counts bytes and nothing in them is escaped.
  bool quoted(std::string& text) {
    std::size_t length = 0;
    if (!number(':', length) || !expect("\"")) return false;
    if (length > bytes_.size() - at_) return fault("the text is longer than the value");
    text.assign(bytes_.substr(at_, length));
    at_ += length;
    return expect("\"");
  }

  bool real(double& value) {
    const auto start = at_;
    std::string_view text;
    if (!until(';', text)) return false;
    constexpr double kInfinity = std::numeric_limits<double>::infinity();
    if (text == "INF" || text == "-INF") {
      value = text.front() == '-' ? -kInfinity : kInfinity;
      return true;
    }
    if (text == "NAN") {
      value = std::numeric_limits<double>::quiet_NaN();
      return true;
    }
    // from_chars would also take "inf" and "nan", which PHP never writes.
    const bool digits = text.find_first_not_of("0123456789+-.eE") == std::string_view::npos;
    const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (digits && error == std::errc{} && rest == text.data() + text.size()) return true;
    at_ = start;
    return fault("this is no number");
  }

  bool key(std::string& name) {
    const std::string_view token = bytes_.substr(at_, 2);
    if (token == "i:") {
      at_ += 2;
      std::int64_t index = 0;
      if (!number(';', index)) return false;
      name = std::to_string(index);
      return true;
    }
    if (token != "s:") return fault("a key is either a number or a text");
    at_ += 2;
    return quoted(name) && expect(";");
  }

  /// `N:{key value …}`
  bool entries(PhpValue& value, int depth) {
    std::size_t count = 0;
    if (!number(':', count) || !expect("{")) return false;
    if (count > (bytes_.size() - at_) / kShortestEntry) {
      return fault("more entries are announced than could follow");
    }
    for (std::size_t i = 0; i < count; ++i) {
      PhpEntry entry;
      if (!key(entry.key)) return false;
      if (value.kind == PhpValue::Kind::kObject) {
        entry.key = std::string(without_visibility(entry.key));
      }
      if (!read(entry.value, depth + 1)) return false;
      value.entries.push_back(std::move(entry));
    }
    return expect("}");
  }

  bool raw(PhpValue& value) {
    std::size_t length = 0;
    if (!quoted(value.text) || !expect(":") || !number(':', length) || !expect("{")) return false;
    if (length > bytes_.size() - at_) return fault("the payload is longer than the value");
    at_ += length;
    slots_known_ = false;
    return expect("}");
  }

  bool reference(PhpValue& value) {
    if (!number(';', value.integer)) return false;
    const bool sane = value.integer >= 1 && (!slots_known_ || value.integer <= slots_);
    return sane || fault("a reference to nothing");
  }

  bool read(PhpValue& value, int depth) {
    using Kind = PhpValue::Kind;
    if (depth > limits_.depth) return fault("the value is nested too deeply");
    if (at_ >= bytes_.size()) return fault("the value breaks off");
    const char token = bytes_[at_];
    if (token != 'R') ++slots_;  // A reference by R shares the slot of what it points to.
    if (token == 'N') return expect("N;");
    const std::string_view kinds = "bidsaOCErR";
    constexpr Kind kKinds[] = {Kind::kBool,      Kind::kInt,      Kind::kDouble, Kind::kString,
                               Kind::kArray,     Kind::kObject,   Kind::kRaw,    Kind::kEnum,
                               Kind::kReference, Kind::kReference};
    const auto which = kinds.find(token);
    if (which == std::string_view::npos) return fault("an unknown kind of value");
    value.kind = kKinds[which];
    ++at_;
    return expect(":") && content(value, depth);
  }

  /// What follows the kind and its colon.
  bool content(PhpValue& value, int depth) {
    switch (value.kind) {
      case PhpValue::Kind::kBool:
        if (!number(';', value.integer)) return false;
        return value.integer == 0 || value.integer == 1 || fault("a flag is 0 or 1");
      case PhpValue::Kind::kInt:
        return number(';', value.integer);
      case PhpValue::Kind::kDouble:
        return real(value.number);
      case PhpValue::Kind::kString:
      case PhpValue::Kind::kEnum:
        return quoted(value.text) && expect(";");
      case PhpValue::Kind::kArray:
        return entries(value, depth);
      case PhpValue::Kind::kObject:
        return quoted(value.text) && expect(":") && entries(value, depth);
      case PhpValue::Kind::kRaw:
        return raw(value);
      case PhpValue::Kind::kReference:
        return reference(value);
      case PhpValue::Kind::kNull:
        break;
    }
    return true;
  }

  std::string_view bytes_;
  PhpLimits limits_;
  std::size_t at_ = 0;
  std::int64_t slots_ = 0;
  bool slots_known_ = true;  ///< A kRaw payload may hold slots that we do not count.
  std::optional<Error> fault_;
};

}  // namespace

const PhpValue* PhpValue::find(std::string_view key) const {
  for (const PhpEntry& entry : entries) {
    if (entry.key == key) return &entry.value;
  }
  return nullptr;
}

const PhpValue* PhpValue::at(std::initializer_list<std::string_view> keys) const {
  const PhpValue* value = this;
  for (const std::string_view key : keys) {
    value = value->find(key);
    if (value == nullptr) return nullptr;
  }
  return value;
}

std::string PhpValue::as_text() const {
  switch (kind) {
    case Kind::kString:
      return text;
    case Kind::kInt:
      return std::to_string(integer);
    case Kind::kBool:
      return integer != 0 ? "1" : "";
    case Kind::kDouble: {
      char digits[32];
      const auto [end, error] = std::to_chars(digits, digits + sizeof digits, number);
      return error == std::errc{} ? std::string(digits, end) : std::string();
    }
    default:
      return {};
  }
}

std::int64_t PhpValue::as_int(std::int64_t fallback) const {
  if (kind == Kind::kInt || kind == Kind::kBool) return integer;
  if (kind == Kind::kString) return base::parse_int(text).value_or(fallback);
  return fallback;
}

bool PhpValue::as_bool(bool fallback) const {
  switch (kind) {
    case Kind::kNull:
      return false;
    case Kind::kBool:
    case Kind::kInt:
      return integer != 0;
    case Kind::kDouble:
      return number != 0;
    case Kind::kString:
      return !text.empty() && text != "0";
    default:
      return fallback;
  }
}

Result<PhpValue> parse_php(std::string_view bytes, PhpLimits limits) {
  return Reader(bytes, limits).whole();
}

}  // namespace moodlesync::postgres
