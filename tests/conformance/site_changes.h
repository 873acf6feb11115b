#pragma once

#include <functional>
#include <string>

#include "conformance/id_map.h"
#include "conformance/recording.h"
#include "support/moodle_sim/moodle_sim.h"

namespace moodlesync::conformance {

/// The account without the admin's powers that the later calls were made with.
inline constexpr sim::Id kPlainAccount = 1201;

/// How the recorded site was set up for one call, as its note says: done before, undone after it.
struct SiteChange {
  std::function<void(sim::Settings&)> settings = nullptr;
  std::function<void(sim::MoodleSim&, IdMap&)> rows = nullptr;
};

/// The change that the note of this call speaks of; empty when it speaks of none.
[[nodiscard]] SiteChange change_for(const RecordedCall& call);

/// Settings that the whole recording was made with, and those that came later and stayed.
[[nodiscard]] sim::Settings recorded_settings();

/// Rows that were there before their call and that no answer shows.
void prepare_rows(sim::MoodleSim& moodle, IdMap& ids);

/// Sends the call as the recording did: some notes speak of GET, of XML, or of a body of another
/// kind.
[[nodiscard]] sim::Reply send(sim::RestClient& client, const std::string& token,
                              const RecordedCall& call, const sim::Variables& params);

}  // namespace moodlesync::conformance
