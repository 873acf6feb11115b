#include "ops/status_page.h"

#include <algorithm>

#include "ops/hour_chart.h"
#include "ops/html.h"
#include "ops/status_assets.h"
#include "ops/status_components.h"
#include "ops/status_look_up.h"
#include "ops/status_obstacles.h"
#include "ops/status_verdict.h"
#include "ops/status_widgets.h"

namespace moodlesync::ops {

namespace {

using State = Vitals::Side::State;

struct MoodLook {
  const char* css;
  const char* mark;
};

MoodLook look_of(StatusVerdict::Mood mood) {
  switch (mood) {
    case StatusVerdict::Mood::kGood:
      return {"good", "&#10003;"};
    case StatusVerdict::Mood::kBusy:
      return {"busy", "&#8635;"};
    case StatusVerdict::Mood::kWarning:
      return {"warning", "!"};
    case StatusVerdict::Mood::kBad:
      break;
  }
  return {"bad", "&#215;"};
}

/// Puts the page together, a section for each question that an administrator has.
class Page {
 public:
  Page(const StatusView& view, const std::string& nonce) : view_(view), nonce_(nonce) {}

  std::string render() {
    begin();
    add_look_up(html_, view_);
    verdict();
    notice();
    tiles();
    add_stuck(html_, view_);
    add_held(html_, view_);
    add_waits(html_, view_);
    hour();
    html_.raw("<div class=\"columns\"><div>");
    sides();
    html_.raw("</div><div>");
    outages();
    html_.raw("</div></div>");
    add_components(html_, view_);
    html_.raw("</main>");
    end();
    return html_.take();
  }

 private:
  void begin() {
    html_
        .raw(
            "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\">"
            "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">"
            "<meta name=\"color-scheme\" content=\"light dark\"><title>")
        .text(judge().headline)
        .raw(
            " – moodle-syncd</title><link rel=\"icon\" href=\"data:,\">"
            "<noscript><meta http-equiv=\"refresh\" content=\"30\"></noscript><style nonce=\"")
        .text(nonce_)
        .raw("\">")
        .raw(kStatusStyle)
        .raw(
            "</style></head><body><a class=\"skip\" href=\"#main\">To the status</a>"
            "<header class=\"top\"><div class=\"wrap\"><div><h1>moodle-syncd</h1>"
            "<p class=\"route\">")
        .text(view_.drupal_url)
        .raw(" &rarr; ")
        .text(view_.moodle_url)
        .raw(
            "</p></div><form class=\"search\" role=\"search\" action=\"/\" method=\"get\">"
            "<input name=\"entity\" aria-label=\"Look up one entity\" placeholder=\"node:12\" "
            "autocomplete=\"off\" maxlength=\"80\" value=\"")
        .text(view_.searched)
        .raw(
            "\"><button>Look up</button></form></div></header>"
            "<main id=\"main\" class=\"wrap\">");
  }

  [[nodiscard]] StatusVerdict judge() const {
    return judge_status(view_.vitals, view_.queue, view_.patience);
  }

  void verdict() {
    const StatusVerdict verdict = judge();
    const MoodLook look = look_of(verdict.mood);
    html_
        .raw(
            "<section id=\"verdict\" data-live role=\"status\" aria-live=\"polite\" "
            "class=\"verdict ")
        .raw(look.css)
        .raw("\"><span class=\"mark\" aria-hidden=\"true\">")
        .raw(look.mark)
        .raw("</span><div><h2>")
        .text(verdict.headline)
        .raw("</h2><p>")
        .text(verdict.detail)
        .raw("</p>");
    if (!verdict.pauses.empty()) {
      html_.raw("<p><strong>Paused:</strong> ").text(verdict.pauses).raw("</p>");
    }
    html_.raw("</div></section>");
  }

  void notice() {
    if (view_.notice.empty()) return;
    html_.raw("<p class=\"notice\" role=\"status\">").text(view_.notice).raw("</p>");
  }

  void tile(std::string_view figure, std::string_view caption) {
    html_.raw("<li><b>").text(figure).raw("</b><span>").text(caption).raw("</span></li>");
  }

  void tiles() {
    const QueueTotals totals = totals_of(view_.queue);
    const bool is_known = view_.queue.is_taken;
    const auto figure = [is_known](std::int64_t value) {
      return is_known ? grouped(value) : std::string("–");
    };
    const bool is_quiet = totals.to_do + totals.waiting == 0;
    html_.raw("<ul id=\"tiles\" data-live class=\"tiles\" aria-label=\"The queue\">");
    tile(figure(totals.to_do), "to do");
    tile(!is_known ? "–" : is_quiet ? "0 s" : age_in_words(totals.oldest), "behind");
    tile(figure(totals.waiting), "wait for another");
    tile(figure(totals.parked), "stuck");
    tile(figure(view_.queue.stats.links), "entities linked");
    tile(figure(view_.queue.stats.owed_write_backs), "ids to write back");
    html_.raw("</ul>");
  }

  void hour() {
    html_.raw(
        "<section class=\"card\" aria-labelledby=\"hour-title\"><h2 id=\"hour-title\">The "
        "last hour</h2><div id=\"hour\" data-live>");
    add_hour_chart(html_, view_.vitals.minutes);
    html_.raw("</div></section>");
  }

  void side(std::string_view name, const Vitals::Side& side) {
    const bool is_there = side.state == State::kThere;
    const char* const css = is_there ? "ok" : side.state == State::kAway ? "no" : "so";
    const char* const word = is_there                     ? "answers"
                             : side.state == State::kAway ? "away"
                                                          : "not asked yet";
    line(name, css, word, is_there ? "" : side.reason);
  }

  void line(std::string_view name, const char* css, std::string_view state, std::string_view more) {
    html_.raw("<li><span class=\"state ")
        .raw(css)
        .raw("\">")
        .text(state)
        .raw("</span><span>")
        .text(name);
    if (!more.empty()) html_.raw("<br><span class=\"soft\">").text(more).raw("</span>");
    html_.raw("</span>");
    html_.raw("</li>");
  }

  void sides() {
    const Vitals& vitals = view_.vitals;
    html_.raw(
        "<section class=\"card\" aria-labelledby=\"sides-title\"><h2 id=\"sides-title\">"
        "Connections</h2><ul class=\"plain\" id=\"sides\" data-live>");
    side("Drupal's database", vitals.database);
    side("Moodle", vitals.moodle);
    line("Guard: the site that was installed", vitals.guard_passed ? "ok" : "so",
         vitals.guard_passed ? "passed" : "not asked yet", "");
    line("Notice of changes", vitals.is_listening ? "ok" : "so",
         vitals.is_listening ? "at once" : "by polling", "");
    for (const std::string& gap : vitals.capture_gaps) {
      line("Not noticed at once; run moodle-syncd install", "no", "gap", gap);
    }
    line("Requests to Moodle at once", "ok",
         std::to_string(vitals.gateway.in_flight) + " of " + std::to_string(vitals.gateway.limit),
         "");
    html_.raw("</ul></section>");
  }

  void outages() {
    html_.raw(
        "<section class=\"card\" aria-labelledby=\"outages-title\"><h2 id=\"outages-title\">"
        "Outages</h2><ul class=\"plain\" id=\"outages\" data-live>");
    constexpr std::size_t kShown = 5;
    const auto& all = view_.vitals.outages;
    for (std::size_t i = 0; i < std::min(all.size(), kShown); ++i) outage(all[i]);
    if (all.empty()) html_.raw("<li>None since the daemon was started.</li>");
    html_.raw("</ul></section>");
  }

  void outage(const Vitals::Outage& outage) {
    const auto now = view_.vitals.taken;
    const auto in_words = [](Clock::TimePoint::duration time) {
      return age_in_words(std::chrono::duration_cast<std::chrono::seconds>(time));
    };
    html_.raw("<li><strong>").text(outage.side).raw("</strong> ");
    if (outage.ended) {
      html_.text("was away for " + in_words(*outage.ended - outage.began) + ", until " +
                 in_words(now - *outage.ended) + " ago");
    } else {
      html_.text("has been away for " + in_words(now - outage.began));
    }
    html_.raw("<br><span class=\"soft\">").text(outage.reason).raw("</span></li>");
  }

  void end() {
    html_.raw("<footer class=\"wrap\"><div class=\"row\"><span id=\"reading\" data-live>");
    const QueueReading& queue = view_.queue;
    if (queue.is_taken) {
      html_.text("The queue was read " +
                 age_in_words(std::chrono::duration_cast<std::chrono::seconds>(view_.vitals.taken -
                                                                               queue.when)) +
                 " ago; ");
    }
    html_.text("started " +
               age_in_words(std::chrono::duration_cast<std::chrono::seconds>(
                   view_.vitals.taken - view_.vitals.started)) +
               " ago; version " + view_.version);
    if (!queue.trouble.empty()) html_.raw("<br>").text("Not read now: " + queue.trouble);
    html_.raw("</span><span id=\"late\" role=\"status\"></span>");
    if (view_.may_sign_in) sign_in();
    if (!view_.csrf.empty()) {
      html_.raw("<form method=\"post\" action=\"/sign-out\">");
      add_hidden(html_, "csrf", view_.csrf);
      html_.raw("<button>Sign out</button></form>");
    }
    html_.raw("</div></footer><script nonce=\"")
        .text(nonce_)
        .raw("\">")
        .raw(kStatusScript)
        .raw("</script></body></html>\n");
  }

  void sign_in() {
    html_.raw(
        "<details><summary>Sign in to act</summary><form class=\"signin\" method=\"post\" "
        "action=\"/sign-in\"><input type=\"password\" name=\"token\" required "
        "autocomplete=\"current-password\" aria-label=\"The token of http.admin_token_file\">"
        "<button>Sign in</button></form></details>");
  }

  const StatusView& view_;
  const std::string& nonce_;
  Html html_;
};

}  // namespace

std::string render_status_page(const StatusView& view, const std::string& nonce) {
  return Page(view, nonce).render();
}

}  // namespace moodlesync::ops
