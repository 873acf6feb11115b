// Replays recorded traffic of a real Moodle 5.1 against a fresh MoodleSim and compares the answers.
#include <gtest/gtest.h>

#include <cstdio>
#include <map>
#include <memory>

#include "conformance/compare.h"
#include "conformance/id_map.h"
#include "conformance/recording.h"
#include "conformance/site_changes.h"

namespace moodlesync::conformance {
namespace {

/// Calls that are not held against the simulator, by a part of their note, each with its reason.
const std::map<std::string, std::string>& excuses() {
  static const std::map<std::string, std::string> kReasons = {
      {"request under another host name than wwwroot",
       "a test of the web server's configuration; Fault::status(303) plays it"},
  };
  return kReasons;
}

bool is_excused(const RecordedCall& call) {
  if (call.in_prose) return true;  // Bodies of thousands of variables: described, not recorded.
  for (const auto& [note, reason] : excuses()) {
    if (call.note.find(note) != std::string::npos) return true;
  }
  return false;
}

class Replay {
 public:
  explicit Replay(const std::vector<RecordedCall>& calls) : ids_(moodle_, calls) {
    prepare_rows(moodle_, ids_);
  }

  /// What differs; "" when nothing does.
  std::string play(const RecordedCall& call) {
    make_lasting_changes(call);
    const sim::Variables params = ids_.translate(call);
    ids_.prepare_answer(call);
    const SiteChange change = change_for(call);
    if (change.rows) change.rows(moodle_, ids_);
    const sim::Settings before = moodle_.settings();
    if (change.settings) moodle_.change_settings(change.settings);
    const sim::Reply reply = send(client_, before.token, call, params);
    moodle_.change_settings([&](sim::Settings& settings) { settings = before; });
    ids_.learn(call, reply.json);
    return difference(call, reply);
  }

 private:
  /// Custom fields and another account came in the middle of the recording, and stayed.
  void make_lasting_changes(const RecordedCall& call) {
    if (call.note.starts_with("course custom fields: text")) {
      moodle_.change_settings([](sim::Settings& settings) {
        settings.course_fields = {{"ctext"},
                                  {"csel", "select", {"red", "green", "blue"}, "2"},
                                  {"ccheck", "checkbox"},
                                  {"cdate", "date"},
                                  {"carea", "textarea"},
                                  {"cnum", "number"},
                                  {"cuniq"},
                                  {"creq"}};
      });
    }
    if (call.note == "expired token") {
      const sim::Id account = ids_.ours(Kind::kUser, kPlainAccount);
      moodle_.change_settings([account](sim::Settings& settings) {
        settings.account = account;
        settings.account_is_admin = false;
      });
    }
    if (call.note == "user profile fields") {
      moodle_.change_settings([](sim::Settings& settings) {
        const std::vector<std::string> colours = {"red", "green", "blue"};
        settings.profile_fields = {{"hmenud", "menu", colours, "green"},
                                   {"harea", "textarea"},
                                   {"hdate", "datetime"},
                                   {"hcheck", "checkbox"},
                                   {"hmenu", "menu", colours},
                                   {"htext", "text", {}, "", 20},
                                   {"huniq"}};
      });
    }
  }

  sim::MoodleSim moodle_{{.settings = recorded_settings()}};
  sim::RestClient client_{moodle_.url(), moodle_.token()};
  IdMap ids_;
};

TEST(MoodleSim, AnswersAsTheRecordedMoodleDid) {
  const std::optional<std::string> folder = recordings_folder();
  if (!folder) GTEST_SKIP() << "no recordings: set MOODLESYNC_RECORDINGS to their folder";
  std::vector<RecordedCall> calls = load_recording(*folder + "/moodle-5.1-rest.json");
  const std::vector<RecordedCall> more = load_recording(*folder + "/moodle-5.1-rest-extra.json");
  ASSERT_FALSE(calls.empty());
  ASSERT_FALSE(more.empty());
  calls.insert(calls.end(), more.begin(), more.end());

  Replay replay(calls);
  int matched = 0;
  int excused = 0;
  for (const RecordedCall& call : calls) {
    if (is_excused(call)) {
      ++excused;
      continue;
    }
    const std::string found = replay.play(call);
    if (found.empty()) ++matched;
    EXPECT_EQ(found, "") << call.where << " " << call.function << ": " << call.note;
  }
  std::printf("replayed %d calls, %d matched, %d excused\n",
              static_cast<int>(calls.size()) - excused, matched, excused);
}

}  // namespace
}  // namespace moodlesync::conformance
