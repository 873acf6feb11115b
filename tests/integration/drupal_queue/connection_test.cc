#include "drupal/postgres/connection.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "support/postgres_cluster/postgres_cluster.h"

namespace moodlesync::postgres {
namespace {

using testsupport::PostgresCluster;

class ConnectionTest : public testing::Test {
 protected:
  ConnectionTest() : connection_(settings()) {}

  [[nodiscard]] static ConnectionSettings settings() {
    ConnectionSettings settings;
    settings.connection = PostgresCluster::shared().create_database();
    return settings;
  }
  /// The first column of the first row.
  [[nodiscard]] std::string value(const std::string& sql, const Params& params = {}) {
    auto rows = connection_.query(sql, params);
    if (!rows) return rows.error().code + ": " + rows.error().message;
    return rows->empty() ? "" : std::string((*rows)[0].text(0));
  }
  [[nodiscard]] std::string backend() { return value("SELECT pg_backend_pid()"); }
  void kill(const std::string& backend_pid) {
    PostgresCluster::run(PostgresCluster::shared().connection("postgres"),
                         "SELECT pg_terminate_backend(" + backend_pid + ", 10000)");
  }

  Connection connection_;
};

TEST_F(ConnectionTest, PassesParametersAndReadsTypedColumns) {
  const std::vector<std::string> names{"a\"b", "ü\\", "NULL"};
  auto rows =
      connection_.query("SELECT $1::bigint, $2::text, $3::text[], $4::bool, NULL, $5::bytea",
                        {std::int64_t{-7}, "it's", names, true, "\\x00ff41"});
  ASSERT_TRUE(rows) << rows.error().message;
  const Row row = (*rows)[0];
  EXPECT_EQ(row.integer(0), -7);
  EXPECT_EQ(row.text(1), "it's");
  EXPECT_EQ(row.text(2), R"({"a\"b","ü\\","NULL"})");
  EXPECT_TRUE(row.flag(3));
  EXPECT_TRUE(row.is_null(4));
  EXPECT_EQ(row.optional_integer(4), std::nullopt);
  EXPECT_EQ(row.bytes(5), std::string("\0\xff"
                                      "A",
                                      3));
}

TEST_F(ConnectionTest, IgnoresTheDatabasesOwnDefaults) {
  PostgresCluster::run(settings().connection, "SELECT 1");
  const std::string database = value("SELECT current_database()");
  ASSERT_EQ(value("ALTER DATABASE " + database + " SET bytea_output = 'escape'"), "");
  connection_.close();
  EXPECT_EQ(value("SHOW bytea_output"), "hex");
  EXPECT_EQ(value("SHOW application_name"), "moodle-syncd");
}

TEST_F(ConnectionTest, ReopensAfterTheServerCutTheSession) {
  kill(backend());
  auto cut = connection_.query("SELECT 1");
  ASSERT_FALSE(cut);
  EXPECT_EQ(cut.error().kind, ErrorKind::kUnavailable);
  EXPECT_EQ(value("SELECT 2"), "2");
}

TEST_F(ConnectionTest, SaysUnavailableWhileTheServerIsDownAndWorksAfterwards) {
  ASSERT_EQ(value("SELECT 1"), "1");
  PostgresCluster::shared().stop();
  EXPECT_EQ(connection_.query("SELECT 1").error().kind, ErrorKind::kUnavailable);
  EXPECT_EQ(connection_.query("SELECT 1").error().kind, ErrorKind::kUnavailable);
  PostgresCluster::shared().start();
  EXPECT_EQ(value("SELECT 1"), "1");
}

TEST_F(ConnectionTest, RollsBackATransactionThatWasNotCommitted) {
  ASSERT_EQ(value("CREATE TABLE public.t(i int)"), "");
  {
    auto transaction = Transaction::begin(connection_);
    ASSERT_TRUE(transaction);
    ASSERT_TRUE(transaction->query("INSERT INTO public.t VALUES (1)"));
  }
  EXPECT_EQ(value("SELECT count(*) FROM public.t"), "0");
  EXPECT_FALSE(connection_.in_transaction());
}

TEST_F(ConnectionTest, RefusesToGoOnWithATransactionWhoseSessionWasLost) {
  auto transaction = Transaction::begin(connection_);
  ASSERT_TRUE(transaction);
  kill(backend());
  EXPECT_FALSE(transaction->query("SELECT 1"));
  ASSERT_EQ(value("SELECT 1"), "1");
  EXPECT_EQ(transaction->query("SELECT 1").error().kind, ErrorKind::kUnavailable);
  EXPECT_EQ(transaction->commit().error().kind, ErrorKind::kUnavailable);
}

TEST_F(ConnectionTest, SaysInDoubtWhenTheConnectionIsCutDuringCommit) {
  // A deferred trigger that ends its own session runs inside COMMIT.
  ASSERT_TRUE(connection_.run(
      "CREATE TABLE public.t(i int); CREATE FUNCTION public.die() RETURNS trigger LANGUAGE plpgsql "
      "AS $$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END $$;"
      "CREATE CONSTRAINT TRIGGER die AFTER INSERT ON public.t DEFERRABLE INITIALLY DEFERRED "
      "FOR EACH ROW EXECUTE FUNCTION public.die()"));
  auto transaction = Transaction::begin(connection_);
  ASSERT_TRUE(transaction);
  ASSERT_TRUE(transaction->query("INSERT INTO public.t VALUES (1)"));
  EXPECT_EQ(transaction->commit().error().kind, ErrorKind::kInDoubt);
}

TEST_F(ConnectionTest, TellsThatADoomedTransactionWasNotCommitted) {
  auto transaction = Transaction::begin(connection_);
  ASSERT_TRUE(transaction);
  ASSERT_FALSE(transaction->query("SELECT 1/0"));
  EXPECT_EQ(transaction->commit().error().kind, ErrorKind::kTransient);
}

TEST_F(ConnectionTest, CancelsAStatementThatTakesTooLong) {
  ConnectionSettings impatient = settings();
  impatient.statement_timeout = std::chrono::milliseconds(50);
  Connection connection(impatient);
  auto rows = connection.query("SELECT pg_sleep(20)");
  ASSERT_FALSE(rows);
  EXPECT_EQ(rows.error().kind, ErrorKind::kTransient);
  EXPECT_TRUE(connection.is_open());
}

TEST_F(ConnectionTest, NeverQuotesTheConnectionStringWhenItIsWrong) {
  ConnectionSettings wrong;
  wrong.connection = "postgresql://syncd:s3cret@[::1/db";
  const auto opened = Connection(wrong).open();
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().kind, ErrorKind::kConfig);
  EXPECT_EQ(opened.error().message.find("s3cret"), std::string::npos);
}

TEST_F(ConnectionTest, NeverQuotesARowInAnErrorMessage) {
  ASSERT_TRUE(connection_.run("CREATE TABLE public.t(name text PRIMARY KEY)"));
  ASSERT_TRUE(connection_.query("INSERT INTO public.t VALUES ('Anna')"));
  auto again = connection_.query("INSERT INTO public.t VALUES ('Anna')");
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, "23505");
  EXPECT_EQ(again.error().message.find("Anna"), std::string::npos);
}

TEST_F(ConnectionTest, RefusesANulByteInsteadOfCuttingTheText) {
  EXPECT_EQ(connection_.query("SELECT $1::text", {std::string("a\0b", 3)}).error().code,
            "nul_byte");
}

TEST_F(ConnectionTest, SendsAStatementThatIsLargerThanTheSocketsBuffers) {
  const std::vector<std::string> many(20'000, std::string(400, 'x'));
  EXPECT_EQ(value("SELECT cardinality($1::text[])", {many}), "20000");
}

/// Statements that are sent together, and the answers that came, as text.
class TogetherTest : public ConnectionTest {
 protected:
  /// In a transaction that is rolled back.
  Status ask(const std::vector<std::string>& statements, const Params& params = {}) {
    auto transaction = Transaction::begin(connection_);
    if (!transaction) return std::move(transaction).error();
    std::vector<Question> all;
    for (const std::string& sql : statements) {
      all.push_back({&sql, &params, [this, at = all.size()](const Rows& rows) {
                       answers_.push_back(std::to_string(at) + ": " + std::string(rows[0].text(0)));
                     }});
    }
    return transaction->query_all(all);
  }
  std::vector<std::string> answers_;
};

TEST_F(TogetherTest, AreAnsweredInTheirOrder) {
  ASSERT_TRUE(ask({"SELECT 'a' || $1", "SELECT 'b' || $1", "SELECT 'c' || $1"}, {"!"}));
  EXPECT_EQ(answers_, (std::vector<std::string>{"0: a!", "1: b!", "2: c!"}));
  EXPECT_EQ(value("SELECT 'afterwards'"), "afterwards");
  EXPECT_FALSE(connection_.in_transaction());
}

TEST_F(TogetherTest, StopAtTheFirstThatFailsAndLeaveTheSessionUsable) {
  const Status asked = ask({"SELECT 'a'", "SELECT no_such_column", "SELECT 'c'"});
  ASSERT_FALSE(asked);
  EXPECT_EQ(asked.error().code, "42703");
  EXPECT_EQ(answers_, std::vector<std::string>{"0: a"});
  EXPECT_TRUE(connection_.is_open());
  EXPECT_EQ(value("SELECT 'afterwards'"), "afterwards");
}

TEST_F(TogetherTest, ArePlannedOnceForAWhile) {
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(ask({"SELECT 'a' || $1", "SELECT 'b' || $1"}, {"!"}));
  EXPECT_EQ(answers_.size(), 6U);
  EXPECT_EQ(value("SELECT count(*) || ' ' || sum(generic_plans + custom_plans) FROM "
                  "pg_prepared_statements"),
            "2 6");
}

TEST_F(TogetherTest, ArePlannedAnewAfterOneThatFailed) {
  ASSERT_FALSE(ask({"SELECT 'a'", "SELECT no_such_column", "SELECT 'c'"}));
  ASSERT_TRUE(ask({"SELECT 'c'", "SELECT 'a'"}));
  EXPECT_EQ(answers_, (std::vector<std::string>{"0: a", "0: c", "1: a"}));
}

TEST_F(TogetherTest, ArePlannedAnewInAnotherSession) {
  ASSERT_TRUE(ask({"SELECT 'a'"}));
  connection_.close();
  ASSERT_TRUE(ask({"SELECT 'a'"}));
  EXPECT_EQ(answers_.size(), 2U);
}

TEST_F(TogetherTest, SayUnavailableWhenTheServerCutsTheSession) {
  const Status asked = ask({"SELECT 'a'",
                            "SELECT pg_terminate_backend(pg_backend_pid())::text || "
                            "pg_sleep(10)::text",
                            "SELECT 'c'"});
  ASSERT_FALSE(asked);
  EXPECT_EQ(asked.error().kind, ErrorKind::kUnavailable);
  EXPECT_EQ(value("SELECT 'afterwards'"), "afterwards");
}

TEST_F(TogetherTest, RefuseANulByteBeforeAnythingIsSent) {
  const Status asked = ask({"SELECT $1::text"}, {std::string("a\0b", 3)});
  ASSERT_FALSE(asked);
  EXPECT_EQ(asked.error().code, "nul_byte");
  EXPECT_EQ(value("SELECT 'afterwards'"), "afterwards");
}

TEST_F(TogetherTest, AndTheirAnswersMayBeLargerThanTheSocketsBuffers) {
  const std::vector<std::string> statements(5, "SELECT repeat($1, 4)");
  ASSERT_TRUE(ask(statements, {std::string(2'000'000, 'x')}));
  ASSERT_EQ(answers_.size(), 5U);
  EXPECT_EQ(answers_[4].size(), 3 + 8'000'000U);
}

TEST_F(ConnectionTest, LeavesTheTimeOfAStatementToSomebodyElse) {
  int turns = 0;
  connection_.set_meanwhile([&](int fd, std::chrono::milliseconds most) {
    EXPECT_EQ(fd, connection_.fd());
    EXPECT_GT(most, std::chrono::seconds(20));
    ++turns;
    std::this_thread::sleep_for(std::chrono::milliseconds(20));  // It may return early.
  });
  EXPECT_EQ(value("SELECT pg_sleep(0.2) IS NOT NULL"), "t");
  EXPECT_GE(turns, 2);
}

}  // namespace
}  // namespace moodlesync::postgres
