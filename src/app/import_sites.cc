#include "app/import_sites.h"

#include <filesystem>

#include "base/text.h"

namespace moodlesync::app {

namespace {

bool is_url(std::string_view text) {
  return text.starts_with("https://") || text.starts_with("http://");
}

void write_drupal(OldSettings& old, const ImportWish& wish, YamlWriter& out) {
  const std::string all = old.text("drupalpath");
  const auto comma = all.find(',');
  std::string url(base::trim(std::string_view(all).substr(0, comma)));
  out.line(0, "drupal:");
  if (comma != std::string::npos) {
    old.note("drupalpath", "names several sites; the first is taken: " + url);
  }
  if (!is_url(url)) {
    old.note("drupalpath", "names no site: write the address of this one into drupal.site_url");
    url = "https://www.example.org";
  }
  out.entry(2, "site_url", url);
  if (!wish.connection.empty()) out.entry(2, "connection", wish.connection);
  if (!wish.host.empty()) out.entry(2, "host", wish.host);
  if (!wish.port.empty()) out.entry(2, "port", wish.port);
  if (!wish.dbname.empty()) out.entry(2, "dbname", wish.dbname);
  if (!wish.user.empty()) out.entry(2, "user", wish.user);
  if (!wish.password_file.empty()) {
    out.entry(2, "password_file", std::filesystem::absolute(wish.password_file).string());
  }
  if (wish.schema != "public") out.entry(2, "schema", wish.schema);
  if (!wish.prefix.empty()) out.entry(2, "prefix", wish.prefix);
}

void write_moodle(OldSettings& old, const ImportWish& wish, ImportDraft& draft) {
  YamlWriter& out = draft.out;
  std::string url = old.text("moodlepath");
  while (url.ends_with('/')) url.pop_back();
  if (!is_url(url)) {
    old.note("moodlepath", "is no address: write that of Moodle into moodle.url");
    url = "https://moodle.example.org";
  }
  out.line(0, "moodle:");
  out.entry(2, "url", url);
  if (url.starts_with("http://")) {
    out.line(2, "# The token crosses the network in clear: change to https as soon as you can.");
    out.line(2, "allow_http: true");
    old.note("moodlepath", "begins with http://, so that the token crosses the network in clear");
  }
  draft.token = old.text("token");
  if (draft.token.empty()) {
    old.note("token", "is empty: put Moodle's token into moodle.token_file");
  }
  const auto file = wish.token_file.empty()
                        ? std::filesystem::path("/etc/moodle-syncd/moodle-token")
                        : std::filesystem::absolute(wish.token_file);
  out.entry(2, "token_file", file.string());
}

}  // namespace

void import_sites(OldObjects& objects, const ImportWish& wish, ImportDraft& draft) {
  OldSettings old = objects.get("moodle_sync.settings");
  write_drupal(old, wish, draft.out);
  draft.out.blank();
  write_moodle(old, wish, draft);
  draft.out.blank();
  for (const char* key : {"log_onscreen", "log_drupal", "log_file"}) {
    old.pass_over(key, "has no counterpart: the daemon logs to the journal (see log:)");
  }
  old.finish();
}

}  // namespace moodlesync::app
