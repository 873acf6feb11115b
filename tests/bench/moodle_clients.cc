#include "moodle_clients.h"

#include <algorithm>
#include <atomic>
#include <future>
#include <stdexcept>

#include "measurements.h"

namespace moodlesync::bench {

namespace {

using Access = SyncRig::MoodleAccess;

constexpr int kTries = 5;

/// Sends the rows and puts the ids of what they made, if anything, into `ids`.
void send(sim::RestClient& client, const Load& load, std::size_t from, std::size_t to,
          std::vector<std::int64_t>& ids) {
  sim::Variables form;
  for (std::size_t i = from; i < to; ++i) {
    const std::string row = load.list + "[" + std::to_string(i - from) + "]";
    for (const auto& [name, value] : load.rows[i]) form.emplace_back(row + "[" + name + "]", value);
  }
  sim::Reply reply = client.call(load.function, form);
  // Two calls that touch the same users may end in a deadlock of Moodle's database.
  for (int tries = 1; tries < kTries && reply.errorcode() == "dmlwriteexception"; ++tries)
    reply = client.call(load.function, form);
  if (reply.status != 200 || !reply.errorcode().empty())
    throw std::runtime_error(load.function + ": " + reply.body);
  if (!reply.json.is_array() || reply.json.size() != to - from) return;
  for (std::size_t i = from; i < to; ++i) ids[i] = reply.json[i - from].at("id");
}

}  // namespace

Sent one_by_one(const Access& moodle, const Load& load) { return in_batches(moodle, load, 1, 1); }

Sent in_batches(const Access& moodle, const Load& load, std::size_t batch,
                std::size_t connections) {
  Sent sent;
  sent.ids.resize(load.rows.size());
  std::atomic<std::size_t> next{0};
  const auto work = [&] {
    sim::RestClient client(moodle.url, moodle.token);
    for (std::size_t from = next.fetch_add(batch); from < load.rows.size();
         from = next.fetch_add(batch)) {
      send(client, load, from, std::min(load.rows.size(), from + batch), sent.ids);
    }
  };
  const auto start = std::chrono::steady_clock::now();
  std::vector<std::future<void>> workers;
  for (std::size_t i = 0; i < connections; ++i)
    workers.push_back(std::async(std::launch::async, work));
  for (std::future<void>& worker : workers) worker.get();
  sent.seconds = seconds_since(start);
  return sent;
}

double apart_in_batches(const Access& moodle, const Load& load, std::size_t batch,
                        std::size_t connections, std::string_view field) {
  std::vector<Load> parts(connections, Load{load.function, load.list, {}});
  for (const sim::Variables& row : load.rows) {
    const auto value = std::ranges::find(row, field, [](const auto& one) { return one.first; });
    parts.at(std::stoull(value->second) % connections).rows.push_back(row);
  }
  const auto start = std::chrono::steady_clock::now();
  std::vector<std::future<Sent>> senders;
  for (const Load& part : parts) {
    senders.push_back(
        std::async(std::launch::async, [&] { return in_batches(moodle, part, batch, 1); }));
  }
  for (std::future<Sent>& sender : senders) static_cast<void>(sender.get());
  return seconds_since(start);
}

}  // namespace moodlesync::bench
