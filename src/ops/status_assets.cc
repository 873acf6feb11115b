#include "ops/status_assets.h"

namespace moodlesync::ops {

const std::string_view kStatusStyle = R"css(
:root{color-scheme:light dark;--bg:#f4f5f8;--card:#fff;--ink:#1b2130;--soft:#565f73;--line:#dfe3eb;
--accent:#2f5fd0;--good:#146c43;--good-bg:#e3f4ea;--busy:#1f54b8;--busy-bg:#e6eefc;--warn:#8a5100;
--warn-bg:#fdf1dc;--bad:#a8232b;--bad-bg:#fbe7e7;--done:#4a7be0;--failed:#cf4a4f}
@media(prefers-color-scheme:dark){:root{--bg:#12151c;--card:#1b202a;--ink:#e8ebf2;--soft:#a3acbf;
--line:#2d3442;--accent:#8fb2ff;--good:#7fd6a4;--good-bg:#143524;--busy:#9dbdff;--busy-bg:#172a4d;
--warn:#f2c273;--warn-bg:#3a2a0d;--bad:#ff9a9d;--bad-bg:#431a1d;--done:#6f9bff;--failed:#ff7d80}}
*{box-sizing:border-box}
body{margin:0;background:var(--bg);color:var(--ink);font:16px/1.5 system-ui,-apple-system,"Segoe UI",
Roboto,"Noto Sans",sans-serif}
a{color:var(--accent)}
.skip{position:absolute;left:-9999px}.skip:focus{left:1rem;top:1rem;background:var(--card);padding:.5rem 1rem}
.wrap{max-width:1080px;margin:0 auto;padding:0 1.25rem}
header.top{padding:1.5rem 0 1rem}
header.top .wrap{display:flex;flex-wrap:wrap;gap:.75rem 2rem;align-items:center;justify-content:space-between}
h1{font-size:1.05rem;margin:0;letter-spacing:.01em}
.route{margin:.15rem 0 0;color:var(--soft);font-size:.9rem;overflow-wrap:anywhere}
form.search{display:flex;gap:.5rem}
input{font:inherit;color:inherit;background:var(--card);border:1px solid var(--line);border-radius:.5rem;
padding:.45rem .7rem;min-width:0}
button{font:inherit;font-weight:600;border-radius:.5rem;border:1px solid var(--accent);background:transparent;
color:var(--accent);padding:.45rem .9rem;cursor:pointer}
button:hover{background:var(--busy-bg)}button.grave{border-color:var(--bad);color:var(--bad)}
button.grave:hover{background:var(--bad-bg)}
:focus-visible{outline:3px solid var(--accent);outline-offset:2px}
.verdict{border-radius:.9rem;padding:1.4rem 1.6rem;margin:0 0 1.25rem;display:flex;gap:1.1rem;align-items:center}
.verdict .mark{flex:none;width:2.6rem;height:2.6rem;border-radius:50%;border:3px solid currentColor;
display:grid;place-items:center;font-weight:700;font-size:1.3rem;line-height:1}
.verdict h2{margin:0;font-size:1.55rem;line-height:1.25}
.verdict p{margin:.25rem 0 0;color:var(--ink);overflow-wrap:anywhere}
.good{background:var(--good-bg);color:var(--good)}.busy{background:var(--busy-bg);color:var(--busy)}
.warning{background:var(--warn-bg);color:var(--warn)}.bad{background:var(--bad-bg);color:var(--bad)}
.notice{background:var(--busy-bg);color:var(--busy);border-radius:.6rem;padding:.6rem 1rem;margin:0 0 1.25rem}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(9.5rem,1fr));gap:1rem;margin:0 0 1.25rem;padding:0;list-style:none}
.tiles li,.card{background:var(--card);border:1px solid var(--line);border-radius:.9rem}
.tiles li{padding:.9rem 1.1rem}.tiles b{display:block;font-size:1.7rem;line-height:1.2;font-variant-numeric:tabular-nums}
.tiles span{color:var(--soft);font-size:.88rem}
.card{padding:1.2rem 1.4rem;margin:0 0 1.25rem}
.card h2{font-size:1.05rem;margin:0 0 .75rem}
.card>p:first-of-type{margin-top:0}.card>p:last-child{margin-bottom:0}#pausing:not(:empty){margin-top:.8rem}
.columns{display:grid;grid-template-columns:1fr 1fr;gap:0 1.25rem;align-items:start}
@media(max-width:760px){.columns{grid-template-columns:1fr}.verdict h2{font-size:1.25rem}.verdict{padding:1.1rem}
form.search{width:100%}form.search input{flex:1}}
.figures{margin:0 0 .6rem;color:var(--soft)}.figures strong{color:var(--ink)}.peak{float:right;font-size:.88rem}
@media(max-width:560px){.peak{float:none;display:block}}
.dot{display:inline-block;width:.7rem;height:.7rem;border-radius:.2rem;margin:0 .4rem 0 0}.dot.done{background:var(--done)}
.dot.failed{background:var(--failed);margin-left:1.1rem}
.chart{display:block;width:100%;height:8rem}.chart .done{fill:var(--done)}.chart .failed{fill:var(--failed)}
.chart .axis{stroke:var(--line);stroke-width:1}
.scale{display:flex;justify-content:space-between;margin:.3rem 0 0;color:var(--soft);font-size:.82rem}
table{border-collapse:collapse;width:100%;font-size:.94rem}th,td{text-align:left;padding:.5rem .8rem .5rem 0;
border-bottom:1px solid var(--line);vertical-align:top}th{color:var(--soft);font-weight:600;font-size:.84rem}
tr:last-child td{border-bottom:0}td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}
.scroll{overflow-x:auto}td:last-child,th:last-child{white-space:nowrap;padding:.5rem 0 .5rem 1.2rem}
.entry{border-top:1px solid var(--line);padding:.9rem 0}.entry:first-of-type{border-top:0;padding-top:0}
.entry:last-child{padding-bottom:0}
.entry h3{font-size:1rem;margin:0}.entry p{margin:.25rem 0;overflow-wrap:anywhere}.soft{color:var(--soft);font-size:.9rem}
code{background:var(--bg);border-radius:.3rem;padding:.05rem .35rem;font-size:.88em}
ul.plain{list-style:none;margin:0;padding:0}ul.plain li{padding:.35rem 0;overflow-wrap:anywhere}
#sides li{display:grid;grid-template-columns:7rem 1fr}
.state{font-weight:600}.state.ok{color:var(--good)}.state.no{color:var(--bad)}
.state.so{color:var(--warn)}
details summary{cursor:pointer;color:var(--accent)}.act{display:flex;flex-wrap:wrap;gap:.6rem;margin:.5rem 0 0}
footer{color:var(--soft);font-size:.86rem;padding:.5rem 0 2rem}footer form{display:inline}
footer .row{display:flex;flex-wrap:wrap;gap:.5rem 1.5rem;align-items:center;justify-content:space-between}
.signin{display:flex;flex-wrap:wrap;gap:.5rem;margin-top:.6rem}
@media(prefers-reduced-motion:no-preference){.verdict.busy .mark{animation:breathe 2.4s ease-in-out infinite}}
@keyframes breathe{50%{opacity:.45}}
@media print{form,details{display:none}}
)css";

const std::string_view kStatusScript = R"js(
(() => {
  "use strict";
  const every = 5000;
  const late = document.getElementById("late");
  const isInUse = part => part.contains(document.activeElement) || part.querySelector("details[open]");
  async function refresh() {
    if (document.hidden) return;
    try {
      const answer = await fetch("/");
      if (!answer.ok) throw new Error(answer.status);
      // Its style has a nonce that this page does not know, and is not needed.
      const text = (await answer.text()).replace(/<style[^]*?<\/style>/, "");
      const fresh = new DOMParser().parseFromString(text, "text/html");
      for (const part of document.querySelectorAll("[data-live]")) {
        const now = fresh.getElementById(part.id);
        if (!now || isInUse(part)) continue;
        if (part.innerHTML !== now.innerHTML) part.innerHTML = now.innerHTML;
        if (part.className !== now.className) part.className = now.className;
      }
      late.textContent = "";
    } catch {
      late.textContent = "The daemon does not answer; this is how it was before.";
    }
  }
  setInterval(refresh, every);
  document.addEventListener("visibilitychange", refresh);
})();
)js";

}  // namespace moodlesync::ops
