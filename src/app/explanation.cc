// How an explanation is written, for people and for machines.
#include <utility>

#include "app/explain.h"

namespace moodlesync::app {

namespace {

using Ordered = nlohmann::ordered_json;
using Tone = Page::Tone;

constexpr std::size_t kLongest = 120;
constexpr std::size_t kMostRows = 10;

/// A value on a line, cut where it would fill the screen. At a character's start, not within one.
std::string shown(std::string_view text) {
  if (text.empty()) return "\"\"";
  if (text.size() <= kLongest) return std::string(text);
  std::size_t end = kLongest;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0U) == 0x80U) --end;
  return std::string(text.substr(0, end)) + "... (" + std::to_string(text.size()) + " bytes)";
}

std::string shown(const FieldValue& value) {
  if (!value.reference) return shown(value.text);
  const Reference& to = *value.reference;
  std::string text = to_string(to.target);
  if (!to.exists) return text + " (gone)";
  text += " \"" + shown(value.text) + "\"";
  return to.moodle_id_text.empty() ? text : text + " (Moodle id " + to.moodle_id_text + ")";
}

void print_drupal(const Entity& entity, Page& page) {
  if (!entity.exists) {
    page.row("Drupal", "it is gone, or has left the bundle", Tone::kWarning);
    return;
  }
  page.row("Drupal", (entity.bundle.empty() ? "" : "bundle " + entity.bundle + ", ") +
                         std::string(entity.published ? "published" : "not published") +
                         ", Moodle id in Drupal: " +
                         (entity.moodle_id_text.empty() ? "none" : entity.moodle_id_text));
  for (const auto& [path, values] : entity.fields) {
    std::string text = path + " = ";
    for (const FieldValue& value : values) {
      text.append(&value == values.data() ? "" : ", ").append(shown(value));
    }
    page.more("  " + (values.empty() ? text + "(empty)" : text));
  }
  if (entity.owned.empty()) return;
  page.more("  and " +
            counted(static_cast<std::int64_t>(entity.owned.size()), "entity", "entities") +
            " that belong to it");
}

void print_link(const Dossier::KnownLink& link, Page& page) {
  std::string text = link.link.moodle_id ? "Moodle id " + to_string(*link.link.moodle_id)
                                         : "no Moodle id of its own";
  if (!link.link.skipped.empty()) text += ", skipped: " + link.link.skipped;
  page.row("Link", text + ", last stored " + age_text(link.updated) + " ago");
  std::size_t rows = 0;
  for (const auto& [field, value] : link.link.sent) {
    if (++rows > 4 * kMostRows) break;
    page.more("  told: " + field + " = " + shown(value), Tone::kFaint);
  }
  if (rows < link.link.sent.size()) {
    page.more("  and " + std::to_string(link.link.sent.size() - rows + 1) + " more (--json)",
              Tone::kFaint);
  }
}

void print_task(const Dossier::OwedTask& task, Page& page) {
  const bool bad = task.state == "parked";
  page.row("Task",
           task.state + ", queued " + age_text(task.queued) + " ago, " +
               counted(task.attempts, "failed attempt", "failed attempts"),
           bad ? Tone::kBad : Tone::kPlain);
  if (!task.message.empty()) page.more("  " + task.message + " [" + task.code + "]");
}

std::string shown_object(const Json& object, const std::vector<std::string>& fields) {
  std::string text;
  for (const std::string& field : fields) {
    if (!object.contains(field)) continue;
    const Json& value = object.at(field);
    text.append(text.empty() ? "" : ", ").append(field).append(" = ");
    text += shown(value.is_string() ? value.get<std::string>() : value.dump());
  }
  return text;
}

void print_moodle(const ExplainedPart::Seen& seen, Page& page) {
  if (!seen.answer) {
    page.more("  " + seen.what + ": cannot be seen: " + seen.answer.error().message,
              Tone::kWarning);
    return;
  }
  const std::vector<Json> objects = objects_in(*seen.answer);
  page.more("  " + seen.what + (objects.empty() ? ": there is none" : ":"));
  for (const Json& object : objects) {
    if (std::cmp_greater_equal(&object - objects.data(), kMostRows)) break;
    page.more("    " + shown_object(object, seen.shows));
  }
  if (objects.size() > kMostRows) {
    page.more("    and " + std::to_string(objects.size() - kMostRows) + " more (--json)");
  }
}

void print_part(const ExplainedPart& part, Page& page) {
  page.gap();
  page.heading(part.key.component + ", source " + part.key.source +
               (part.is_configured ? "" : " (no longer in the configuration)"));
  if (part.entity) print_drupal(*part.entity, page);
  if (part.link) {
    print_link(*part.link, page);
  } else {
    page.row("Link", "none: Moodle was never told of it");
  }
  if (part.task) print_task(*part.task, page);
  for (const Dossier::HeldBack& held : part.held) {
    page.row("Brake", "holds back: " + held.verb + " (" + std::to_string(held.removals) + ")",
             Tone::kWarning);
  }
  if (!part.moodle.empty()) page.row("Moodle", "holds now:");
  for (const ExplainedPart::Seen& seen : part.moodle) print_moodle(seen, page);
  std::string name = "Next";
  for (const std::string& sentence : part.next) page.row(std::exchange(name, ""), sentence);
}

Ordered to_json(const Dossier::OwedTask& task) {
  return {{"state", task.state},
          {"code", task.code},
          {"message", task.message},
          {"attempts", task.attempts},
          {"in_doubt", task.in_doubt},
          {"due_in_seconds", task.due.count()},
          {"queued_seconds", task.queued.count()},
          {"waits_on", task.waits_on ? Ordered(to_string(*task.waits_on)) : Ordered()},
          {"waits_component", task.waits_component},
          {"instance", task.instance}};
}

Ordered to_json(const Dossier::KnownLink& link) {
  const Link& known = link.link;
  Ordered sent = Ordered::object();
  for (const auto& [field, value] : known.sent) sent[field] = value;
  return {{"moodle_id", known.moodle_id ? Ordered(known.moodle_id->value) : Ordered()},
          {"skipped", known.skipped},
          {"updated_seconds", link.updated.count()},
          {"write_back_owed", link.write_back_owed},
          {"dropped", link.dropped},
          {"sent", std::move(sent)}};
}

Ordered to_json(const Entity& entity) {
  Ordered fields = Ordered::object();
  for (const auto& [path, values] : entity.fields) {
    Ordered list = Ordered::array();
    for (const FieldValue& value : values) {
      Ordered one{{"text", value.text}};
      if (value.reference) one["target"] = to_string(value.reference->target);
      list.push_back(std::move(one));
    }
    fields[path] = std::move(list);
  }
  return {{"exists", entity.exists},
          {"bundle", entity.bundle},
          {"uuid", entity.uuid},
          {"published", entity.published},
          {"moodle_id", entity.moodle_id_text},
          {"fields", std::move(fields)},
          {"owned", entity.owned.size()}};
}

Ordered to_json(const ExplainedPart& part) {
  Ordered held = Ordered::array();
  for (const Dossier::HeldBack& one : part.held) {
    held.push_back({{"verb", one.verb}, {"removals", one.removals}});
  }
  Ordered moodle = Ordered::array();
  for (const ExplainedPart::Seen& seen : part.moodle) {
    Ordered one{{"what", seen.what}};
    if (seen.answer) {
      one["objects"] = objects_in(*seen.answer);
    } else {
      one["error"] = seen.answer.error().message;
    }
    moodle.push_back(std::move(one));
  }
  return {{"component", part.key.component},
          {"source", part.key.source},
          {"configured", part.is_configured},
          {"drupal", part.entity ? to_json(*part.entity) : Ordered()},
          {"link", part.link ? to_json(*part.link) : Ordered()},
          {"task", part.task ? to_json(*part.task) : Ordered()},
          {"held", std::move(held)},
          {"moodle", std::move(moodle)},
          {"next", part.next}};
}

}  // namespace

std::vector<Json> objects_in(const Json& answer) {
  if (answer.is_array()) return {answer.begin(), answer.end()};
  if (!answer.is_object()) return {};
  for (const char* list : {"courses", "cohorts", "users", "categories"}) {
    if (answer.contains(list)) return objects_in(answer.at(list));
  }
  return {answer};
}

void print_explanation(const Explanation& explanation, std::ostream& out, ops::Look look) {
  Page page(out, look);
  page.heading(to_string(explanation.entity));
  if (!explanation.hint.empty()) page.row("", explanation.hint, Tone::kWarning);
  if (!explanation.moodle_problem.empty()) {
    page.row("Moodle", "could not be asked: " + explanation.moodle_problem, Tone::kWarning);
  }
  for (const ExplainedPart& part : explanation.parts) print_part(part, page);
  if (explanation.waiting_for.empty()) return;
  page.gap();
  page.heading("Waiting for it");
  for (const TaskKey& key : explanation.waiting_for) page.more(to_string(key));
}

Ordered explanation_json(const Explanation& explanation) {
  Ordered parts = Ordered::array();
  for (const ExplainedPart& part : explanation.parts) parts.push_back(to_json(part));
  Ordered waiting = Ordered::array();
  for (const TaskKey& key : explanation.waiting_for) waiting.push_back(to_string(key));
  return {{"entity", to_string(explanation.entity)},
          {"hint", explanation.hint},
          {"moodle_problem", explanation.moodle_problem},
          {"parts", std::move(parts)},
          {"waiting_for", std::move(waiting)}};
}

}  // namespace moodlesync::app
