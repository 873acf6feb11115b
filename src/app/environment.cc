#include "app/environment.h"

#include <algorithm>
#include <cstdlib>
#include <string_view>
#include <utility>

namespace moodlesync::app {

namespace {

bool is_name(std::string_view text) {
  const auto is_letter = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  };
  return !text.empty() && is_letter(text.front()) &&
         std::ranges::all_of(text, [&](char c) { return is_letter(c) || (c >= '0' && c <= '9'); });
}

/// Walks the tree with the path of where it is.
class Substitution {
 public:
  Substitution(std::string file, const Environment& environment, std::vector<SettingsFault>& faults)
      : file_(std::move(file)), environment_(environment), faults_(faults) {}

  void walk(SettingsNode& node, const std::string& path) {
    if (node.kind == SettingsNode::Kind::kScalar) expand(node, path);
    for (std::size_t i = 0; i < node.items.size(); ++i) {
      walk(node.items[i], path + "[" + std::to_string(i) + "]");
    }
    for (auto& [key, value] : node.entries) {
      std::string below = path;
      if (!below.empty()) below += '.';
      walk(value, below.append(key));
    }
  }

 private:
  void expand(SettingsNode& node, const std::string& path) {
    const std::string_view text = node.scalar;
    std::string expanded;
    std::size_t at = 0;
    for (;;) {
      const std::size_t open = text.find("${", at);
      if (open == std::string_view::npos) break;
      if (open > at && text[open - 1] == '$') {
        expanded.append(text.substr(at, open - 1 - at)).append("${");
        at = open + 2;
        continue;
      }
      const std::size_t close = text.find('}', open);
      if (close == std::string_view::npos) {
        report(node, path, "has a '${' without '}'; write '$${' for the characters themselves");
        return;
      }
      const std::string_view inside = text.substr(open + 2, close - open - 2);
      const bool whole = open == 0 && close + 1 == text.size();
      expanded.append(text.substr(at, open - at)).append(value_of(inside, whole, node, path));
      at = close + 1;
    }
    expanded.append(text.substr(at));
    node.scalar = std::move(expanded);
  }

  std::string value_of(std::string_view inside, bool whole, SettingsNode& node,
                       const std::string& path) {
    const std::size_t separator = inside.find(":-");
    const std::string name(inside.substr(0, separator));
    if (!is_name(name)) {
      report(node, path, "'${" + std::string(inside) + "}' does not name an environment variable");
      return {};
    }
    std::optional<std::string> value = environment_(name);
    const bool usable = value && !(value->empty() && separator != std::string_view::npos);
    if (usable) {
      node.from_environment = whole;
      return *std::move(value);
    }
    if (separator != std::string_view::npos) return std::string(inside.substr(separator + 2));
    report(node, path, "the environment variable " + name + " is not set");
    return {};
  }

  void report(const SettingsNode& node, const std::string& path, std::string message) {
    faults_.push_back({{file_, node.line, path}, std::move(message)});
  }

  std::string file_;
  const Environment& environment_;
  std::vector<SettingsFault>& faults_;
};

}  // namespace

Environment process_environment() {
  return [](const std::string& name) -> std::optional<std::string> {
    const char* value = std::getenv(name.c_str());
    return value == nullptr ? std::nullopt : std::optional<std::string>(value);
  };
}

void substitute_environment(SettingsNode& root, const std::string& file,
                            const Environment& environment, std::vector<SettingsFault>& faults) {
  Substitution(file, environment, faults).walk(root, {});
}

}  // namespace moodlesync::app
