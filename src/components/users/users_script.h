#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "components/users/account_holders.h"
#include "components/users/users_settings.h"
#include "components/users/users_values.h"
#include "moodlesync/component.h"

namespace moodlesync::users {

/// One conversation about one user.
///
/// Messages never hold a name, an address or what Moodle said about a row (with debugging on it
/// quotes values): they end up in a log.
///
/// Lifetime: lives in the frame of the conversation's coroutine; borrows both arguments.
class UserScript {
 public:
  UserScript(const UserSource& source, Conversation& conversation)
      : source_(source), conversation_(conversation), holders_(*conversation.moodle) {}

  [[nodiscard]] Co<Outcome> run();

 private:
  /// What speaks for taking over an account.
  enum class Claim { kIdnumber, kUsername, kEmail };

  Co<Outcome> keep();
  /// Looks what Moodle holds where the link does not know it. An outcome: there is nothing left to
  /// do.
  Co<std::optional<Outcome>> read_back();
  Co<Outcome> create();
  Co<Outcome> update();
  /// Sends `values` and takes in what Moodle says.
  Co<Outcome> tell(base::Values values);
  Co<Outcome> remove();
  /// Takes an existing account as ours and brings it in step. One that is not ours by its idnumber
  /// is let go again when Moodle does not let us change it.
  Co<Outcome> adopt(MoodleId id, Claim claim);
  /// A user who is blocked is locked out even when the rest of the account cannot be told.
  Co<Outcome> lock_out(Error fault);
  /// Suspends a blocked user's account, if that is still to be done, and nothing else. No answer:
  /// nothing was to be done.
  Co<std::optional<Result<Json>>> lock();
  /// Sends `values` to our account.
  Co<Result<Json>> send(base::Values values);

  Co<Outcome> settle_create_refusal(Error error);
  Co<Outcome> settle_update_refusal(Error error, base::Values sent);
  /// Adopts the holder of our username or address, or says why not.
  Co<Outcome> settle_holder(Holder holder, Claim claim, Error error);

  /// `password`: empty where the account gets none from us.
  [[nodiscard]] Call create_call(std::string password) const;
  /// What an update may tell: all but an auth plugin that we did not give the account.
  [[nodiscard]] base::Values updatable() const;
  Outcome unknown_id();
  [[nodiscard]] Error about(Error error, std::string_view diagnosis = {}) const;
  /// The same without Moodle's own words.
  [[nodiscard]] Error refused(Error error, std::string_view diagnosis) const;
  /// Of our account; 0 while there is none.
  [[nodiscard]] MoodleId id() const;
  [[nodiscard]] std::string idnumber() const;
  /// What may be wrong when Moodle only says that some value is.
  [[nodiscard]] std::string suspicion() const;

  const UserSource& source_;
  Conversation& conversation_;
  AccountHolders holders_;
  base::Values wanted_;
  bool is_new_ = false;  ///< This conversation has made the account, or a lost attempt before it.
};

}  // namespace moodlesync::users
