#include "app/completion.h"

#include <string_view>

namespace moodlesync::app {

namespace {

constexpr std::string_view kHead =
    R"bash(# bash completion for moodle-syncd, printed by `moodle-syncd completion bash`.
_moodle_syncd() {
  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]} command='' word i
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=${COMP_WORDS[i]}
    case $word in
      -c | --config | --log-level) ((i++)) ;;
      -*) ;;
      *)
        case "$command/$word" in
)bash";

constexpr std::string_view kMiddle = R"bash(        esac
        ;;
    esac
  done
  case $prev in
    -c | --config)
      COMPREPLY=($(compgen -f -- "$cur"))
      return
      ;;
    --log-level)
      COMPREPLY=($(compgen -W 'debug info warning error' -- "$cur"))
      return
      ;;
    --component)
      COMPREPLY=($(compgen -W '@components@' -- "$cur"))
      return
      ;;
  esac
  local words=''
  case $command in
)bash";

constexpr std::string_view kTail = R"bash(  esac
  COMPREPLY=($(compgen -W "$words --config --log-level --help" -- "$cur"))
}
complete -o default -F _moodle_syncd moodle-syncd
)bash";

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text.append(text.empty() ? "" : " ").append(word);
  return text;
}

/// "/parked/list"; of the program itself "".
std::string path_of(const CommandShape& shape) {
  std::string path;
  for (const std::string& word : shape.words) path.append("/").append(word);
  return path;
}

std::string words_of(const CommandShape& shape, const std::vector<std::string>& components) {
  std::string words = joined(shape.commands);
  for (const CommandShape::Option& option : shape.options) {
    const bool is_component = option.is_word && option.name == "component";
    const std::string_view shown = is_component ? "" : std::string_view(option.name);
    if (option.is_word && !is_component && option.name != "shell") continue;
    words.append(words.empty() ? "" : " ");
    words.append(is_component ? joined(components) : option.is_word ? "bash" : std::string(shown));
  }
  return words;
}

}  // namespace

void print_bash_completion(const std::vector<CommandShape>& shapes,
                           const std::vector<std::string>& components, std::ostream& out) {
  out << kHead;
  for (const CommandShape& shape : shapes) {
    if (!shape.words.empty()) {
      out << "          " << path_of(shape) << ") command=" << path_of(shape) << " ;;\n";
    }
  }
  constexpr std::string_view kMark = "@components@";
  std::string middle(kMiddle);
  out << middle.replace(middle.find(kMark), kMark.size(), joined(components));
  for (const CommandShape& shape : shapes) {
    const std::string path = path_of(shape);
    out << "    " << (path.empty() ? "''" : path) << ") words='" << words_of(shape, components)
        << "' ;;\n";
  }
  out << kTail;
}

ExitCode completion(const Rooms& rooms, Console console) {
  std::vector<std::string> components;
  components.reserve(rooms.components.size());
  for (const ComponentKind& kind : rooms.components) components.emplace_back(kind.name);
  print_bash_completion(command_shapes(), components, console.out);
  return ExitCode::kOk;
}

}  // namespace moodlesync::app
