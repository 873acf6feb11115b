#include "drupal/postgres/connection.h"

#include <gtest/gtest.h>

#include <string>
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

}  // namespace
}  // namespace moodlesync::postgres
