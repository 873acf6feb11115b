#include "moodle_clients.h"

#include <algorithm>
#include <atomic>
#include <stdexcept>
#include <thread>

#include "measurements.h"

namespace moodlesync::bench {

namespace {

void send(sim::RestClient& client, const Load& load, std::size_t from, std::size_t to) {
  sim::Variables form;
  for (std::size_t i = from; i < to; ++i) {
    const std::string row = load.list + "[" + std::to_string(i - from) + "]";
    for (const auto& [name, value] : load.rows[i]) form.emplace_back(row + "[" + name + "]", value);
  }
  const sim::Reply reply = client.call(load.function, form);
  if (reply.status != 200 || !reply.errorcode().empty())
    throw std::runtime_error(load.function + ": " + reply.body);
}

}  // namespace

double one_by_one(sim::MoodleSim& moodle, const Load& load) {
  sim::RestClient client(moodle.url(), moodle.token());
  const auto start = std::chrono::steady_clock::now();
  for (std::size_t i = 0; i < load.rows.size(); ++i) send(client, load, i, i + 1);
  return seconds_since(start);
}

double in_batches(sim::MoodleSim& moodle, const Load& load, std::size_t batch,
                  std::size_t connections) {
  std::atomic<std::size_t> next{0};
  const auto start = std::chrono::steady_clock::now();
  {
    std::vector<std::jthread> threads;
    for (std::size_t i = 0; i < connections; ++i) {
      threads.emplace_back([&] {
        sim::RestClient client(moodle.url(), moodle.token());
        for (std::size_t from = next.fetch_add(batch); from < load.rows.size();
             from = next.fetch_add(batch)) {
          send(client, load, from, std::min(load.rows.size(), from + batch));
        }
      });
    }
  }
  return seconds_since(start);
}

}  // namespace moodlesync::bench
