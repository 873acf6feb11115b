#include "app/yaml_settings.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <sstream>
#include <utility>

namespace moodlesync::app {

namespace {

constexpr std::size_t kDeepest = 32;
constexpr std::size_t kMostNodes = 50'000;

/// Thrown through yaml-cpp to make it stop reading; caught in parse_yaml.
struct Refusal {
  Origin origin;
  std::string message;
};

int line_of(const YAML::Mark& mark) { return mark.line + 1; }

bool has_control_character(std::string_view text) {
  return std::ranges::any_of(text, [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte < 0x20 && c != '\n' && c != '\t') || byte == 0x7f;
  });
}

SettingsNode make_node(SettingsNode::Kind kind, int line) {
  SettingsNode node;
  node.kind = kind;
  node.line = line;
  return node;
}

/// Builds the tree from yaml-cpp's events, which come in document order.
class TreeBuilder : public YAML::EventHandler {
 public:
  TreeBuilder(std::string file, std::vector<SettingsFault>& faults)
      : file_(std::move(file)), faults_(faults) {}

  void OnDocumentStart(const YAML::Mark& /*mark*/) override {}
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    refuse_anchor(mark, anchor);
    add(make_node(SettingsNode::Kind::kNull, line_of(mark)));
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t /*anchor*/) override {
    refuse(mark, "aliases (*name) are not supported; write the value again");
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    refuse_anchor(mark, anchor);
    SettingsNode node = make_node(SettingsNode::Kind::kScalar, line_of(mark));
    // yaml-cpp: "?" is a plain scalar, "!" a quoted one.
    node.quoted = tag != "?" && !tag.empty();
    if (node.quoted && tag != "!" && tag != "tag:yaml.org,2002:str") {
      refuse(mark, "tags such as '" + tag + "' are not supported");
    }
    if (has_control_character(value)) refuse(mark, "holds a control character");
    node.scalar = value;
    add(std::move(node));
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value /*style*/) override {
    open(mark, tag, anchor, SettingsNode::Kind::kList);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value /*style*/) override {
    open(mark, tag, anchor, SettingsNode::Kind::kMap);
  }
  void OnMapEnd() override { close(); }

  [[nodiscard]] SettingsNode take_root() { return std::move(root_); }

 private:
  /// A list or mapping that is still being read.
  struct Level {
    SettingsNode node;
    std::string key;  ///< kMap: the key whose value comes next.
    int key_line = 0;
    bool has_key = false;
  };

  [[noreturn]] void refuse(const YAML::Mark& mark, std::string message) const {
    throw Refusal{{file_, line_of(mark), path()}, std::move(message)};
  }
  void refuse_anchor(const YAML::Mark& mark, YAML::anchor_t anchor) const {
    if (anchor != 0) refuse(mark, "anchors (&name) are not supported");
  }

  void open(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
            SettingsNode::Kind kind) {
    refuse_anchor(mark, anchor);
    if (tag != "?" && !tag.empty()) refuse(mark, "tags such as '" + tag + "' are not supported");
    if (levels_.size() >= kDeepest) {
      refuse(mark, "is nested more than " + std::to_string(kDeepest) + " levels deep");
    }
    if (!levels_.empty() && expects_key()) refuse(mark, "a key must be a single value");
    levels_.push_back({make_node(kind, line_of(mark)), {}, 0, false});
  }

  void close() {
    SettingsNode node = std::move(levels_.back().node);
    levels_.pop_back();
    add(std::move(node));
  }

  [[nodiscard]] bool expects_key() const {
    return levels_.back().node.kind == SettingsNode::Kind::kMap && !levels_.back().has_key;
  }

  void add(SettingsNode node) {
    if (++nodes_ > kMostNodes) {
      throw Refusal{{file_, node.line, path()},
                    "there are more than " + std::to_string(kMostNodes) + " values"};
    }
    if (levels_.empty()) {
      root_ = std::move(node);
    } else if (levels_.back().node.kind == SettingsNode::Kind::kList) {
      levels_.back().node.items.push_back(std::move(node));
    } else if (expects_key()) {
      take_key(std::move(node));
    } else {
      take_value(std::move(node));
    }
  }

  void take_key(SettingsNode node) {
    Level& level = levels_.back();
    if (node.kind != SettingsNode::Kind::kScalar) {
      throw Refusal{{file_, node.line, path()}, "an entry has no key"};
    }
    level.key = std::move(node.scalar);
    level.key_line = node.line;
    level.has_key = true;
  }

  void take_value(SettingsNode node) {
    Level& level = levels_.back();
    node.line = level.key_line;
    if (const SettingsNode* same = level.node.find(level.key); same != nullptr) {
      faults_.push_back(
          {{file_, level.key_line, path()},
           "stands here twice; the first time in line " + std::to_string(same->line)});
    } else {
      level.node.entries.push_back({level.key, std::move(node)});
    }
    level.has_key = false;
  }

  /// "components.course.sources[0]" of the place that is being read.
  [[nodiscard]] std::string path() const {
    std::string text;
    for (const Level& level : levels_) {
      if (level.node.kind == SettingsNode::Kind::kList) {
        text += "[" + std::to_string(level.node.items.size()) + "]";
      } else if (level.has_key) {
        text += (text.empty() ? "" : ".") + level.key;
      }
    }
    return text;
  }

  std::string file_;
  std::vector<SettingsFault>& faults_;
  std::vector<Level> levels_;
  SettingsNode root_;
  std::size_t nodes_ = 0;
};

}  // namespace

std::optional<SettingsNode> parse_yaml(std::string_view text, const std::string& file,
                                       std::vector<SettingsFault>& faults) {
  TreeBuilder builder(file, faults);
  const std::size_t faults_before = faults.size();
  try {
    std::istringstream stream{std::string(text)};
    YAML::Parser parser(stream);
    if (parser.HandleNextDocument(builder)) {
      TreeBuilder second(file, faults);
      if (parser.HandleNextDocument(second)) {
        faults.push_back({{file, 0, {}}, "holds more than one YAML document"});
      }
    }
  } catch (const Refusal& refusal) {
    faults.push_back({refusal.origin, refusal.message});
  } catch (const YAML::Exception& error) {
    faults.push_back(
        {{file, error.mark.is_null() ? 0 : line_of(error.mark), {}}, "is not YAML: " + error.msg});
  }
  if (faults.size() > faults_before) return std::nullopt;
  SettingsNode root = builder.take_root();
  if (root.kind == SettingsNode::Kind::kMap) return root;
  faults.push_back({{file, root.line, {}},
                    root.kind == SettingsNode::Kind::kNull
                        ? "is empty"
                        : "must be a mapping (name: value) at its top"});
  return std::nullopt;
}

}  // namespace moodlesync::app
