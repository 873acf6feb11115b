#include "support/campus/campus.h"

#include <array>

namespace moodlesync::testsupport {

namespace {

constexpr std::array<const char*, 4> kFaculties{"Künste & Medien", "Naturwissenschaften",
                                                "Recht <und> Wirtschaft", "Medizin"};
constexpr std::array<const char*, 8> kSubjects{
    "Malerei",         "Film & Fernsehen", "Physik", "Chemie", "Bürgerliches Recht",
    "<b>Ökonomie</b>", "Anatomie",         "Pflege"};
constexpr std::array<const char*, 4> kLevels{"Bachelor", "Master", "Promotion", "Weiterbildung"};
constexpr std::array<const char*, 10> kTopics{"Einführung",
                                              "Übungen zur Vorlesung",
                                              "Größen & Einheiten",
                                              "Seminar \"Quellen\"",
                                              "Praktikum",
                                              "a < b: Ordnungen",
                                              "Projekt <i>Labor</i>",
                                              "Kolloquium",
                                              "Методы",
                                              "日本語 I"};

Item html(const std::string& text) {
  return Item(std::map<std::string, std::string>{{"value", text}, {"format", "basic_html"}});
}

std::string two_digits(int number) { return (number < 10 ? "0" : "") + std::to_string(number); }

}  // namespace

Campus::Campus(DrupalSite& site) : site_(site) {
  site_.add_vocabulary("sections");
  site_.add_vocabulary("templates");
  site_.add_node_type("course");
  site_.add_field({"taxonomy_term", {"sections", "templates"}, "field_description", "text_long"});
  site_.add_field({"taxonomy_term", {"templates"}, "field_shortname", "string"});
  site_.add_field({"node", {"course"}, "field_shortname", "string"});
  site_.add_field({"node", {"course"}, "field_summary", "text_long"});
  site_.add_field({"node", {"course"}, "field_start", "datetime"});
  site_.add_field({"node", {"course"}, "field_end", "datetime"});
  site_.add_field({"node", {"course"}, "field_visible", "boolean"});
  site_.add_field({"node", {"course"}, "field_ects", "string"});
  site_.add_field({"node", {"course"}, "field_lecturer", "string"});
  site_.add_field({"node", {"course"}, "field_category", "entity_reference", 1, "taxonomy_term"});
  site_.add_field({"node", {"course"}, "field_template", "entity_reference", 1, "taxonomy_term"});
}

std::int64_t Campus::add_section(const std::string& name, std::int64_t parent, int number) {
  Fields fields;
  if (number % 3 != 0) fields["field_description"] = {html("<p>" + name + " &amp; mehr</p>")};
  const std::vector<std::int64_t> parents =
      parent == 0 ? std::vector<std::int64_t>{} : std::vector{parent};
  const std::int64_t id = site_.create_term("sections", name, parents, std::move(fields));
  sections_.push_back(id);
  return id;
}

void Campus::add_sections() {
  int number = 0;
  for (std::size_t faculty = 0; faculty < kFaculties.size(); ++faculty) {
    const std::int64_t top = add_section(kFaculties.at(faculty), 0, ++number);
    for (std::size_t i = 0; i < 2; ++i) {
      const std::int64_t subject = add_section(kSubjects.at(faculty * 2 + i), top, ++number);
      for (std::size_t level = 0; level < 2; ++level) {
        const std::int64_t studies = add_section(kLevels.at(i * 2 + level), subject, ++number);
        const bool has_years = (faculty + level) % 2 == 0 || level == 0;
        if (!has_years) continue;
        ++number;
        add_section("Jahrgang " + std::to_string(2020 + number), studies, number);
      }
    }
  }
}

void Campus::add_templates(int count) {
  for (int i = 1; i <= count; ++i) {
    const std::string number = std::to_string(templates_.size() + 1);
    templates_.push_back(site_.create_term("templates", "Vorlage " + number, {},
                                           {{"field_shortname", {"vorlage-" + number}}}));
  }
}

void Campus::add_courses(int count, int every_nth_from_a_template) {
  std::vector<NewEntity> many;
  const auto before = static_cast<int>(courses_.size());
  for (int i = before + 1; i <= before + count; ++i) {
    const auto at = static_cast<std::size_t>(i);
    NewEntity course;
    course.bundle = "course";
    course.base["title"] = std::string(kTopics.at(at % kTopics.size())) + " " + std::to_string(i);
    course.fields["field_shortname"] = {"K-" + std::to_string(i)};
    if (i % 4 != 0)
      course.fields["field_summary"] = {
          html("<p>Inhalt von Kurs " + std::to_string(i) + ": x < y</p>")};
    course.fields["field_start"] = {"2026-" + two_digits(1 + i % 12) + "-01T08:00:00"};
    if (i % 2 == 0)
      course.fields["field_end"] = {"2027-" + two_digits(1 + i % 12) + "-28T20:00:00"};
    course.fields["field_visible"] = {i % 7 == 0 ? "0" : "1"};
    course.fields["field_ects"] = {std::to_string(i % 12)};
    if (i % 3 == 0) course.fields["field_lecturer"] = {"Dr. Müller-Lüdenscheidt & Co"};
    if (!sections_.empty()) course.fields["field_category"] = {sections_.at(at % sections_.size())};
    const bool from_template = every_nth_from_a_template > 0 && i % every_nth_from_a_template == 0;
    if (from_template && !templates_.empty()) {
      course.fields["field_template"] = {templates_.at(at % templates_.size())};
    }
    many.push_back(std::move(course));
  }
  for (const std::int64_t id : site_.create_many("node", many)) courses_.push_back(id);
}

std::string Campus::components_yaml(std::int64_t trash_bin_category) {
  return R"(
components:
  category:
    sources:
      - name: sections
        vocabulary: sections
        trash_bin: )" +
         std::to_string(trash_bin_category) + R"(
  course:
    sources:
      - name: templates
        entity: taxonomy_term
        bundle: templates
        idnumber_prefix: template-
        fields: { fullname: name, shortname: field_shortname }
      - name: courses
        bundle: course
        fields:
          fullname: title
          shortname: field_shortname
          summary: field_summary
          startdate: field_start
          enddate: field_end
          visible: field_visible
        customfields: { ects: field_ects, lecturer: field_lecturer }
        category: { field: field_category }
        template_field: field_template
        delete: delete
)";
}

}  // namespace moodlesync::testsupport
