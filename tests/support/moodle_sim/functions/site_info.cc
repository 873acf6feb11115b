// core_webservice_get_site_info (Moodle 5.1, webservice/externallib.php).
#include "support/moodle_sim/function.h"

namespace moodlesync::sim {

namespace {

struct Release {
  const char* release;
  const char* version;
};

Release release_of(Version version) {
  switch (version) {
    case Version::k41:
      return {"4.1 (Build: 20221128)", "2022112800"};
    case Version::k45:
      return {"4.5 (Build: 20241007)", "2024100700"};
    case Version::k51:
      break;
  }
  return {"5.1+ (Build: 20251017)", "2025100600.02"};
}

Json functions_of(const Settings& settings, const char* version) {
  Json list = Json::array();
  for (const Function& function : all_functions()) {
    if (!is_in_service(settings, function.name)) continue;
    list.push_back({{"name", function.name}, {"version", version}});
  }
  return list;
}

Json get_site_info(Context& context, const PhpValue& /*params*/) {
  const Settings& settings = context.settings;
  const Release release = release_of(settings.version);
  const User* account = context.site.users.find(settings.account);
  if (account == nullptr) throw record_missing();
  return {{"sitename", context.shown_name(settings.site_name)},
          {"username", account->username},
          {"firstname", account->firstname},
          {"lastname", account->lastname},
          {"fullname", account->firstname + " " + account->lastname},
          {"lang", account->lang},
          {"userid", account->id},
          {"siteurl", settings.site_url},
          {"userpictureurl", settings.site_url + "/theme/image.php/boost/core/1/u/f1"},
          {"functions", functions_of(settings, release.version)},
          {"downloadfiles", 0},
          {"uploadfiles", 0},
          {"release", release.release},
          {"version", release.version},
          {"mobilecssurl", ""},
          {"advancedfeatures", Json::array({{{"name", "enablecompletion"}, {"value", 1}}})},
          {"usercanmanageownfiles", true},
          {"userquota", settings.account_is_admin ? 0 : 100 * 1024 * 1024},
          {"usermaxuploadfilesize", settings.account_is_admin ? -1 : 2 * 1024 * 1024},
          {"userhomepage", 1},
          {"userprivateaccesskey", "sim-private-key"},
          {"siteid", 1},
          {"sitecalendartype", "gregorian"},
          {"usercalendartype", "gregorian"},
          {"userissiteadmin", settings.account_is_admin},
          {"theme", "boost"},
          {"limitconcurrentlogins", 0},
          {"policyagreed", 0}};
}

}  // namespace

std::vector<Function> site_functions() {
  return {{"core_webservice_get_site_info",
           {values("serviceshortnames", Type::kAlphaNumExt, Param::Need::kDefault)},
           get_site_info}};
}

}  // namespace moodlesync::sim
