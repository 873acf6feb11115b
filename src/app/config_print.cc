#include <algorithm>
#include <array>
#include <utility>

#include "app/config_commands.h"
#include "app/page.h"
#include "base/text.h"

namespace moodlesync::app {

namespace {

using Kind = SettingsQuestion::Kind;
using Ordered = nlohmann::ordered_json;

/// One value where it stands in the tree; the tree is in the order in which keys were asked for.
struct Node {
  std::string key;
  bool is_item = false;  ///< Of a list: the key is a number and is not written.
  const SettingsQuestion* question = nullptr;
  std::vector<Node> children = {};
};

Node& child(Node& parent, std::string key, bool is_item) {
  const auto found = std::ranges::find(parent.children, key, &Node::key);
  if (found != parent.children.end()) return *found;
  parent.children.push_back({std::move(key), is_item});
  return parent.children.back();
}

void place(Node& root, const SettingsQuestion& question) {
  Node* at = &root;
  std::string_view path = question.origin.key;
  while (!path.empty()) {
    const std::size_t end = std::min(path.find_first_of(".["), path.size());
    at = &child(*at, std::string(path.substr(0, end)), false);
    path.remove_prefix(end);
    if (path.starts_with('[')) {
      const std::size_t close = path.find(']');
      at = &child(*at, std::string(path.substr(1, close - 1)), true);
      path.remove_prefix(close + 1);
    }
    if (path.starts_with('.')) path.remove_prefix(1);
  }
  // The same key may be asked for twice; the later and more exact question counts.
  const bool was_mapping = at->question != nullptr && at->question->kind == Kind::kMapping;
  if (!was_mapping) at->question = &question;
}

bool is_secret(std::string_view key) {
  constexpr std::array<std::string_view, 2> kSecrets{"password", "token"};
  return std::ranges::find(kSecrets, key) != kSecrets.end();
}

/// A text as YAML reads it back: in quotes unless it is plainly a word or a path.
std::string yaml_text(std::string_view text) {
  constexpr std::string_view kPlain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./:=";
  constexpr std::array<std::string_view, 7> kWords{"true", "false", "yes", "no",
                                                   "on",   "off",   "null"};
  const bool plain = !text.empty() && text.find_first_not_of(kPlain) == std::string_view::npos &&
                     text.find_first_of("-:=") != 0 && !text.ends_with(':') &&
                     !base::parse_int(text) &&
                     std::ranges::find(kWords, base::ascii_lower(text)) == kWords.end();
  if (plain) return std::string(text);
  return Ordered(std::string(text)).dump(-1, ' ', false, Ordered::error_handler_t::replace);
}

std::string origin_text(const SettingsQuestion& question) {
  if (!question.is_set) return "default";
  return "line " + std::to_string(question.origin.line) +
         (question.from_environment ? ", from the environment" : "");
}

class Writer {
 public:
  Writer(const ops::SecretMask& mask, std::ostream& out) : mask_(mask), out_(out) {}

  /// `dash`: the first entry stands beside the dash of a list's item.
  void write(const Node& node, int depth, bool dash) const {
    for (const Node& one : node.children) {
      if (one.is_item) {
        write(one, depth + 1, true);
        continue;
      }
      write_entry(one, depth,
                  std::exchange(dash, false) ? indent(depth - 1) + "- " : indent(depth));
    }
  }

 private:
  static std::string indent(int depth) {
    return std::string(static_cast<std::size_t>(depth) * 2, ' ');
  }

  [[nodiscard]] std::string scalar(const std::string& key, const std::string& value) const {
    if (is_secret(key) && !value.empty()) return yaml_text("[hidden]");
    return yaml_text(mask_.apply(value));
  }

  [[nodiscard]] std::string value(const Node& node) const {
    const SettingsQuestion& question = *node.question;
    switch (question.kind) {
      case Kind::kFlag:
      case Kind::kNumber:
      case Kind::kDuration:
      case Kind::kChoice:
        return question.value.empty() ? "\"\"" : question.value;
      case Kind::kTexts: {
        std::string list;
        for (const std::string& text : question.values) {
          list.append(list.empty() ? "" : ", ").append(scalar(node.key, text));
        }
        return "[" + list + "]";
      }
      case Kind::kMapping: {
        std::string map;
        for (const auto& [name, text] : question.entries) {
          map.append(map.empty() ? "" : ", ").append(yaml_text(name)).append(": ");
          map.append(scalar(name, text));
        }
        return "{" + map + "}";
      }
      default:
        return scalar(node.key, question.value);
    }
  }

  void write_entry(const Node& node, int depth, const std::string& lead) const {
    // An empty list is not the same as none.
    const bool is_no_list = node.question != nullptr && !node.question->is_set &&
                            node.question->kind == Kind::kTexts && node.question->values.empty();
    if (is_no_list) {
      out_ << lead << "# " << node.key << ": []  # default\n";
      return;
    }
    out_ << lead << yaml_text(node.key) << ":";
    const bool is_mapping = node.question != nullptr && node.question->kind == Kind::kMapping;
    if (!node.children.empty() && !is_mapping) {
      out_ << "\n";
      write(node, depth + 1, false);
      return;
    }
    if (node.question == nullptr || node.question->kind == Kind::kSection) {
      out_ << " {}\n";
    } else if (node.question->kind == Kind::kList) {
      out_ << " []\n";
    } else {
      out_ << " " << value(node) << "  # " << origin_text(*node.question) << "\n";
    }
  }

  const ops::SecretMask& mask_;
  std::ostream& out_;
};

bool is_value(const SettingsQuestion& question) {
  return question.kind != Kind::kSection && question.kind != Kind::kList;
}

Ordered value_json(const SettingsQuestion& question, const ops::SecretMask& mask) {
  const std::string_view key = question.origin.key;
  const std::size_t dot = key.rfind('.');
  const bool hidden = is_secret(dot == std::string_view::npos ? key : key.substr(dot + 1)) &&
                      !question.value.empty();
  if (hidden) return "[hidden]";
  switch (question.kind) {
    case Kind::kFlag:
    case Kind::kNumber:
      return Ordered::parse(question.value);
    case Kind::kTexts: {
      Ordered list = Ordered::array();
      for (const std::string& text : question.values) list.push_back(mask.apply(text));
      return list;
    }
    case Kind::kMapping: {
      Ordered map = Ordered::object();
      for (const auto& [name, text] : question.entries) map[name] = mask.apply(text);
      return map;
    }
    default:
      return mask.apply(question.value);
  }
}

void print_values_json(const SettingsTrace& trace, const ops::SecretMask& mask, Console console) {
  Ordered list = Ordered::array();
  for (const SettingsQuestion& question : trace.questions) {
    if (!is_value(question)) continue;
    Ordered line = question.is_set ? Ordered(question.origin.line) : Ordered();
    list.push_back({{"key", question.origin.key},
                    {"value", value_json(question, mask)},
                    {"line", std::move(line)},
                    {"from_environment", question.from_environment}});
  }
  print_json({{"values", std::move(list)}}, console.out);
}

}  // namespace

void print_settings(const SettingsTrace& trace, const ops::SecretMask& mask, std::ostream& out) {
  Node root;
  for (const SettingsQuestion& question : trace.questions) {
    // What is switched off is not in force, whatever its defaults would be; a number may have none.
    const bool is_empty_part = !question.is_set && question.kind == Kind::kSection;
    const bool has_none = !question.is_set && question.kind == Kind::kNumber &&
                          question.value == "0" && question.min > 0;
    if (!is_empty_part && !has_none) place(root, question);
  }
  Writer(mask, out).write(root, 0, false);
}

ExitCode config_print(const Invocation& invocation, const Rooms& rooms, Console console) {
  SettingsTrace trace;
  const LoadedSettings loaded =
      load_settings(invocation.config, rooms.components, rooms.environment, &trace);
  for (const SettingsFault& fault : loaded.report.faults) {
    console.err << to_string(fault.origin) << ": " << fault.message << "\n";
  }
  if (!loaded.settings) return ExitCode::kConfig;
  ops::SecretMask mask;
  for (const std::string& secret : loaded.settings->secrets) mask.add(secret);
  if (invocation.json) {
    print_values_json(trace, mask, console);
  } else {
    console.out << "# " << invocation.config.string() << " as it counts, defaults filled in\n";
    print_settings(trace, mask, console.out);
  }
  return ExitCode::kOk;
}

}  // namespace moodlesync::app
