#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "components/course/course.h"
#include "components/course/functions.h"
#include "support/fakes/conversation_builder.h"
#include "support/fakes/fake_moodle.h"

namespace moodlesync::course {

using fakes::a_conversation;
using fakes::ConversationBuilder;
using fakes::refusal;
using fakes::written;
using Sent = std::map<std::string, std::string, std::less<>>;

inline constexpr const char* kCreate = "core_course_create_courses";
inline constexpr const char* kUpdate = "core_course_update_courses";
inline constexpr const char* kDelete = "core_course_delete_courses";
inline constexpr const char* kCopy = "core_course_duplicate_course";
inline constexpr const char* kFind = "core_course_get_courses_by_field";
inline constexpr const char* kCategory = "core_course_get_categories";

inline const EntityRef kTerm3{"taxonomy_term", 3};
inline const EntityRef kTemplate7{"taxonomy_term", 7};

/// Moodle's answer to a look-up that finds one course.
inline Json one_course(std::int64_t id, const std::string& shortname, const Json& idnumber,
                       const std::string& fullname = "Painting") {
  const Json course = {
      {"id", id}, {"shortname", shortname}, {"fullname", fullname}, {"idnumber", idnumber}};
  return {{"courses", Json::array({course})}, {"warnings", Json::array()}};
}
inline Json no_course() { return {{"courses", Json::array()}, {"warnings", Json::array()}}; }
inline Json one_category(std::int64_t id, int visible) {
  return Json::array({{{"id", id}, {"visible", visible}}});
}

/// One course component with one source of nodes, and a Moodle that is asked.
class CourseFixture : public testing::Test {
 protected:
  CourseFixture() {
    source_.spec.component = "course";
    source_.spec.name = "main";
    source_.fields = {{"fullname", "title"}, {"shortname", "field_short"}};
    source_.category_path = "field_category";
  }
  void TearDown() override { EXPECT_EQ(moodle_.unused_answers(), 0U); }

  Outcome run(const ConversationBuilder& builder) {
    component_ = std::make_unique<Course>(std::vector{source_});
    Conversation conversation = builder.with(component_->sources()[0], moodle_);
    conversation.keep_link = [this](const Link& link) { return kept(link); };
    Outcome outcome = moodle_.drive(component_->converse(conversation));
    link_ = conversation.link;
    made_ = conversation.made;
    return outcome;
  }
  template <class T>
  T run_to(const ConversationBuilder& builder) {
    Outcome outcome = run(builder);
    EXPECT_TRUE(std::holds_alternative<T>(outcome)) << outcome_name(outcome);
    return std::holds_alternative<T>(outcome) ? std::get<T>(std::move(outcome)) : T{};
  }

  /// A node with the names that every course needs.
  static ConversationBuilder a_node() {
    return a_conversation()
        .of_node(12)
        .with_field("title", "Painting")
        .with_field("field_short", "P1");
  }
  /// A node that Moodle agrees with, in category 1, but for `differently`.
  static ConversationBuilder a_synced_node(const Sent& differently = {}) {
    Sent sent{
        {"fullname", "Painting"}, {"shortname", "P1"}, {"idnumber", "12"}, {"categoryid", "1"}};
    for (const auto& [field, value] : differently) sent[field] = value;
    return a_node().linked_to(70, sent);
  }

  Co<Status> kept(Link link) {
    ahead_ = std::move(link);
    co_return ok();
  }

  CourseSource source_;
  fakes::FakeMoodle moodle_;
  std::unique_ptr<Course> component_;
  Link link_;
  bool made_ = false;  ///< Conversation::made
  Link ahead_;         ///< As last stored before Moodle was told.
};

}  // namespace moodlesync::course
