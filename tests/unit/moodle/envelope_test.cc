#include "moodle/envelope.h"

#include <gtest/gtest.h>

#include "gateway_bench.h"

namespace moodlesync::moodle {
namespace {

using Next = Verdict::Next;

Asked of(const Function& function, std::size_t rows = 2) { return {&function, rows, 1000}; }

TEST(Envelope, TakesJsonWithoutExceptionAsTheAnswer) {
  const Verdict verdict = judge(json_reply(R"([{"id":1}])"), of(kCreate));
  EXPECT_EQ(verdict.next, Next::kDeal);
  EXPECT_EQ(verdict.answer[0]["id"], 1);
}

TEST(Envelope, RefusesAnAnswerWhoseDepthWouldExhaustTheStack) {
  constexpr std::size_t kDepth = 2'000'000;
  const std::string deep = std::string(kDepth, '[') + std::string(kDepth, ']');
  const Verdict write = judge(json_reply(deep), of(kCreate));
  EXPECT_EQ(write.next, Next::kRefuse);
  EXPECT_EQ(write.error.kind, ErrorKind::kInDoubt);
  EXPECT_EQ(write.error.code, "unexpected_answer");
}

TEST(Envelope, TakesBracketsInsideStringsForText) {
  const std::string brackets(1000, '[');
  const Verdict verdict = judge(json_reply("[\"\\\"" + brackets + "\\\\\", [1]]"), of(kCreate));
  EXPECT_EQ(verdict.next, Next::kDeal);
  EXPECT_EQ(verdict.answer[0], "\"" + brackets + "\\");
}

TEST(Envelope, SplitsAllOrNothingCallsOnARowsFault) {
  const Verdict verdict = judge(exception_reply("shortnametaken", "Taken"), of(kCreate));
  EXPECT_EQ(verdict.next, Next::kSplit);
  EXPECT_EQ(verdict.error.kind, ErrorKind::kRejected);
  EXPECT_EQ(verdict.error.code, "shortnametaken");
  EXPECT_EQ(verdict.error.message, "core_course_create_courses: Taken [shortnametaken]");
}

TEST(Envelope, KnowsAMissingRecordAlsoWhileMoodlesDebuggingIsOn) {
  for (const char* code : {"invalidrecordunknown", "invalidrecord", "invaliduser"}) {
    EXPECT_EQ(judge(exception_reply(code), of(kCreate)).error.code, "invalidrecordunknown") << code;
  }
}

TEST(Envelope, SplitsOnCodesThatItHasNeverSeen) {
  EXPECT_EQ(judge(exception_reply("brandnewcode"), of(kCreate)).next, Next::kSplit);
}

TEST(Envelope, SplitsRowByRowFunctionsOnlyWhenNothingCanHaveBeenDone) {
  EXPECT_EQ(judge(exception_reply("invalidparameter"), of(kUpdate)).next, Next::kSplit);
  const Verdict other = judge(exception_reply("invalidcourse"), of(kUpdate));
  EXPECT_EQ(other.next, Next::kRefuse);
  EXPECT_EQ(other.error.kind, ErrorKind::kInDoubt);
}

TEST(Envelope, BlamesTheOnlyRowOfARowByRowFunction) {
  const Verdict verdict = judge(exception_reply("shortnametaken"), of(kDuplicate, 1));
  EXPECT_EQ(verdict.error.kind, ErrorKind::kRejected);
}

TEST(Envelope, NeverSplitsOnConfigurationFaults) {
  const Verdict verdict = judge(exception_reply("accessexception"), of(kCreate));
  EXPECT_EQ(verdict.next, Next::kRefuse);
  EXPECT_EQ(verdict.error.kind, ErrorKind::kConfig);
  EXPECT_NE(verdict.error.message.find("core_course_create_courses"), std::string::npos);
  EXPECT_NE(verdict.error.message.find("External services"), std::string::npos);
}

TEST(Envelope, DistrustsReadsWhenTheAccountMustDoSomething) {
  const Verdict verdict = judge(exception_reply("forcepasswordchangenotice"), of(kCreate));
  EXPECT_EQ(verdict.error.kind, ErrorKind::kConfig);
  EXPECT_TRUE(verdict.reads_lie);
}

TEST(Envelope, KnowsMaintenanceModeAsAnOutage) {
  const Verdict verdict = judge(exception_reply("sitemaintenance"), of(kCreate));
  EXPECT_EQ(verdict.error.kind, ErrorKind::kUnavailable);
  EXPECT_TRUE(verdict.is_outage);
}

TEST(Envelope, TakesAFailedWelcomeMailAsDone) {
  const Verdict verdict = judge(exception_reply("Message was not sent."), of(kEnrol));
  EXPECT_EQ(verdict.next, Next::kDeal);
  EXPECT_TRUE(verdict.answer.is_null());
}

TEST(Envelope, ReadsAnHtmlErrorcodeAsARefusedPassword) {
  const Verdict verdict = judge(
      exception_reply("<div>Passwords must have at least 1 digit(s).</div>", "x"), of(kCreate));
  EXPECT_EQ(verdict.next, Next::kSplit);
  EXPECT_EQ(verdict.error.code, "refused_value");
  EXPECT_NE(verdict.error.message.find("Passwords must have at least 1 digit(s)."),
            std::string::npos);
  EXPECT_EQ(verdict.error.message.find("<div>"), std::string::npos);
}

TEST(Envelope, MarksDatabaseRefusalsAsPerhapsACollision) {
  const Verdict verdict = judge(exception_reply("dmlwriteexception"), of(kCreate));
  EXPECT_EQ(verdict.next, Next::kSplit);
  EXPECT_TRUE(verdict.may_be_collision);
  EXPECT_EQ(judge(exception_reply("dmlwriteexception"), of(kDuplicate, 1)).error.kind,
            ErrorKind::kInDoubt);
}

TEST(Envelope, TakesAnInvalidResponseToAWriteAsPerhapsDone) {
  EXPECT_EQ(judge(exception_reply("invalidresponse"), of(kUpdate)).error.kind, ErrorKind::kInDoubt);
  EXPECT_EQ(judge(exception_reply("invalidresponse"), of(kLookUp)).next, Next::kSplit);
}

TEST(Envelope, UnderstandsAFailureOfPhpWithoutErrorcode) {
  const Reply reply = json_reply(R"({"exception":"Error","message":"Attempt to assign property"})");
  EXPECT_EQ(judge(reply, of(kEnrol)).next, Next::kSplit);
  EXPECT_EQ(judge(reply, of(kEnrol)).error.code, "php_error");
  EXPECT_EQ(judge(reply, of(kDuplicate, 1)).error.kind, ErrorKind::kInDoubt);
}

TEST(Envelope, AddsTheCauseButNeverSql) {
  const Reply reply = json_reply(
      R"({"exception":"e","errorcode":"invalidparameter","message":"Invalid","debuginfo":"users => 0"})");
  EXPECT_EQ(judge(reply, of(kCreate)).error.message,
            "core_course_create_courses: Invalid (users => 0) [invalidparameter]");
}

TEST(Envelope, LeavesAWriteInDoubtAfterAServerError) {
  const Verdict write = judge(status_reply(502), of(kCreate));
  EXPECT_EQ(write.error.kind, ErrorKind::kInDoubt);
  EXPECT_TRUE(write.is_outage);
  EXPECT_EQ(judge(status_reply(502), of(kLookUp)).error.kind, ErrorKind::kUnavailable);
}

TEST(Envelope, KnowsThatNothingWasDoneInMaintenance) {
  EXPECT_EQ(judge(status_reply(503), of(kCreate)).error.kind, ErrorKind::kUnavailable);
  EXPECT_EQ(judge(status_reply(403, ""), of(kCreate)).error.kind, ErrorKind::kUnavailable);
  EXPECT_TRUE(judge(status_reply(403, ""), of(kCreate)).is_outage);
}

TEST(Envelope, PassesOnHowLongToStayAway) {
  Reply reply = status_reply(503);
  reply.retry_after = std::chrono::seconds(90);
  EXPECT_EQ(judge(reply, of(kCreate)).error.retry_after, std::chrono::seconds(90));
}

TEST(Envelope, NamesTheHostOfARedirectOnly) {
  Reply reply = status_reply(303);
  reply.location = "https://learn.example.org:8443/login?wstoken=x";
  const Error error = judge(reply, of(kCreate)).error;
  EXPECT_EQ(error.kind, ErrorKind::kConfig);
  EXPECT_NE(error.message.find("https://learn.example.org:8443:"), std::string::npos);
  EXPECT_EQ(error.message.find("login"), std::string::npos);
}

TEST(Envelope, HalvesWhatTheWebServerFindsTooLarge) {
  EXPECT_EQ(judge(status_reply(413), of(kCreate)).next, Next::kSplit);
  EXPECT_EQ(judge(status_reply(413), of(kUpdate)).next, Next::kSplit);
}

TEST(Envelope, ReadsXmlAsALostRequestNotAsABadToken) {
  const Reply reply = json_reply("<?xml version=\"1.0\"?><EXCEPTION><ERRORCODE>invalidtoken");
  EXPECT_EQ(judge(reply, of(kCreate)).error.code, "request_lost");
  const Asked large{&kCreate, 2, 10'000'000};
  EXPECT_EQ(judge(reply, large).next, Next::kSplit);
}

TEST(Envelope, TakesHtmlWithStatus200AsAnOutage) {
  const Verdict verdict = judge(status_reply(200), of(kCreate));
  EXPECT_EQ(verdict.error.kind, ErrorKind::kInDoubt);
  EXPECT_TRUE(verdict.is_outage);
}

TEST(Envelope, LeavesAWriteInDoubtWhenTheAnswerIsCutOrEmpty) {
  EXPECT_EQ(judge(json_reply(R"([{"id":1},{"i)"), of(kCreate)).error.code, "cut_answer");
  EXPECT_EQ(judge(json_reply(""), of(kCreate)).error.code, "empty_answer");
  EXPECT_EQ(judge(json_reply(""), of(kCreate)).error.kind, ErrorKind::kInDoubt);
  EXPECT_EQ(judge(json_reply(""), of(kLookUp)).error.kind, ErrorKind::kTransient);
}

TEST(Envelope, TakesACutOrEmptyAnswerAsAnOutageThatARowMayHaveCaused) {
  for (const char* body : {R"([{"id":1},{"i)", ""}) {
    const Verdict verdict = judge(json_reply(body), of(kCreate));
    EXPECT_TRUE(verdict.is_outage) << body;
    EXPECT_TRUE(verdict.may_be_a_row) << body;
  }
}

TEST(Envelope, SuspectsNoRowWhenNothingCanReachMoodleOrItSaysThatItIsAway) {
  EXPECT_FALSE(judge(undelivered(Reply::Delivery::kNotSent), of(kCreate)).may_be_a_row);
  EXPECT_FALSE(judge(status_reply(503), of(kCreate)).may_be_a_row);
  EXPECT_FALSE(judge(status_reply(429), of(kCreate)).may_be_a_row);
  EXPECT_FALSE(judge(exception_reply("sitemaintenance"), of(kCreate)).may_be_a_row);
}

TEST(Envelope, TakesAFirewallsRefusalForAnOutageThatARowMayHaveCaused) {
  for (const int status : {400, 403, 406, 418}) {
    const Verdict verdict = judge(status_reply(status, ""), of(kCreate));
    EXPECT_EQ(verdict.error.kind, ErrorKind::kUnavailable) << status;
    EXPECT_TRUE(verdict.may_be_a_row) << status;
  }
  EXPECT_EQ(judge(status_reply(401, ""), of(kCreate)).error.kind, ErrorKind::kConfig);
}

TEST(Envelope, KnowsThatAnUnsentRequestDidNothing) {
  const Verdict verdict =
      judge(undelivered(Reply::Delivery::kNotSent, "Could not resolve host"), of(kCreate));
  EXPECT_EQ(verdict.error.kind, ErrorKind::kUnavailable);
  EXPECT_NE(verdict.error.message.find("Could not resolve host"), std::string::npos);
}

TEST(Envelope, LeavesASentWriteInDoubtAndARepeatableReadTransient) {
  const Reply lost = undelivered(Reply::Delivery::kLost);
  EXPECT_EQ(judge(lost, of(kCreate)).error.kind, ErrorKind::kInDoubt);
  EXPECT_EQ(judge(lost, of(kLookUp)).error.kind, ErrorKind::kTransient);
  EXPECT_TRUE(judge(lost, of(kLookUp)).is_outage);
}

TEST(Envelope, NamesTheAddressAsWrongWhenThereIsNoService) {
  EXPECT_EQ(judge(status_reply(404), of(kCreate)).error.kind, ErrorKind::kConfig);
}

}  // namespace
}  // namespace moodlesync::moodle
