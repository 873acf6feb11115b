#pragma once

#include <string>

#include "components/users/functions.h"
#include "moodlesync/component.h"

namespace moodlesync::users {

/// An account that Moodle has already, or nobody.
struct Holder {
  MoodleId id;           ///< 0: nobody.
  std::string idnumber;  ///< Empty when it has none.
  [[nodiscard]] bool exists() const { return id.value > 0; }
};

/// Looks up who holds an idnumber, a username or an e-mail address in Moodle.
///
/// "Nobody" is said only when Moodle's reads can be believed; else kTransient with code
/// `reads_untrusted`. Lifetime: borrows `moodle`. Errors: those of the call.
class AccountHolders {
 public:
  using Answer = Result<Holder>;

  explicit AccountHolders(Moodle& moodle) : moodle_(moodle) {}

  /// With several holders (Moodle does not keep idnumbers unique) the oldest account.
  [[nodiscard]] Co<Answer> of_idnumber(std::string idnumber);
  /// `username` as to_username() makes it: Moodle refuses to look for another.
  [[nodiscard]] Co<Answer> of_username(std::string username);
  /// In any case where the service has core_user_get_users; else exactly as written.
  [[nodiscard]] Co<Answer> of_email(std::string email);

 private:
  [[nodiscard]] Co<Answer> by_field(const Function& function, std::string value);
  [[nodiscard]] Co<Answer> by_search(std::string email);
  [[nodiscard]] Answer nobody() const;

  Moodle& moodle_;
};

}  // namespace moodlesync::users
