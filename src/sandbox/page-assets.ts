/** The style of every page. No font, image or anything else comes from elsewhere. */
export const STYLE = `
:root { color-scheme: light dark; --ink: #0f1419; --soft: #536471; --line: #e6ecf0; --paper: #fff; --back: #f7f9fa;
  --accent: #3457d5; --mark: #fff4d6; --mark-ink: #7a4b00; }
@media (prefers-color-scheme: dark) { :root { --ink: #e7e9ea; --soft: #8b98a5; --line: #2f3b47; --paper: #15202b;
  --back: #0e161e; --accent: #8ea6ff; --mark: #3d3214; --mark-ink: #ffd98a; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--back); color: var(--ink);
  font: 15px/1.45 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif, "Noto Color Emoji"; }
a { color: var(--accent); text-decoration: none; } a:hover { text-decoration: underline; }
.column { max-width: 620px; min-height: 100vh; margin: 0 auto; background: var(--paper);
  border: solid var(--line); border-width: 0 1px; }
.bar { position: sticky; top: 0; z-index: 1; display: flex; align-items: center; gap: 12px; padding: 12px 16px;
  background: color-mix(in srgb, var(--paper) 88%, transparent); backdrop-filter: blur(10px);
  border-bottom: 1px solid var(--line); }
h1 { margin: 0; font-size: 20px; line-height: 1.3; } .bar h1 { flex: 1; }
.badge { display: inline-block; margin: 0; padding: 2px 10px; border-radius: 99px; font-size: 12px; font-weight: 700;
  background: var(--mark); color: var(--mark-ink); }
.note, .empty { margin: 0; padding: 10px 16px; color: var(--soft); font-size: 13px; border-bottom: 1px solid var(--line); }
.empty { padding: 48px 16px; text-align: center; border: 0; font-size: 15px; }
.tweets { margin: 0; padding: 0; list-style: none; }
.tweet { position: relative; display: flex; gap: 12px; padding: 12px 16px; border-top: 1px solid var(--line); }
.tweets .tweet:first-child { border-top: 0; }
.level-1, .level-2, .level-3, .level-4 { border-top: 0; }
.level-1 { padding-left: 44px; } .level-2 { padding-left: 72px; } .level-3 { padding-left: 100px; } .level-4 { padding-left: 128px; }
.answered::after { content: ""; position: absolute; bottom: -12px; width: 2px; background: var(--line); top: 60px; left: 35px; }
.level-1.answered::after { left: 63px; } .level-2.answered::after { left: 91px; }
.level-3.answered::after { left: 119px; } .level-4.answered::after { left: 147px; }
.tweet:target, .tweet.new { animation: arrive 2.5s ease-out; }
@keyframes arrive { from { background: color-mix(in srgb, var(--accent) 16%, transparent); } }
@media (max-width: 480px) { .level-2 { padding-left: 56px; } .level-3 { padding-left: 68px; } .level-4 { padding-left: 80px; }
  .level-2.answered::after { left: 75px; } .level-3.answered::after { left: 87px; } .level-4.answered::after { left: 99px; } }
@media (prefers-reduced-motion: reduce) { .tweet { animation: none !important; } }
.avatar { z-index: 0; flex: none; width: 40px; height: 40px; border-radius: 50%; display: grid; place-items: center;
  color: #fff; font-weight: 700; font-size: 17px; }
.hue-0 { background: #3457d5; } .hue-1 { background: #0b7a75; } .hue-2 { background: #b3401f; } .hue-3 { background: #7b3fa0; }
.hue-4 { background: #2b7a2b; } .hue-5 { background: #a3295e; } .hue-6 { background: #8a5a00; } .hue-7 { background: #39617d; }
article { flex: 1; min-width: 0; } article p { margin: 0; }
.by { display: flex; gap: 5px; align-items: baseline; white-space: nowrap; }
.by b, .handle { overflow: hidden; text-overflow: ellipsis; }
.handle, .dot, time, .context, .foot { color: var(--soft); } .context { font-size: 13px; }
.text { white-space: pre-wrap; overflow-wrap: anywhere; padding: 2px 0 4px; }
.mention { color: var(--accent); } .quote .avatar { width: 20px; height: 20px; font-size: 10px; align-self: center; }
.media { display: grid; gap: 2px; margin: 8px 0; border: 1px solid var(--line); border-radius: 16px; overflow: hidden; }
.media figure { position: relative; margin: 0; min-height: 0; background: var(--line); }
.media img, .video { display: block; width: 100%; height: 100%; object-fit: cover; color: var(--soft); font-size: 13px; }
.count-1 img { height: auto; max-height: 420px; min-height: 80px; } .video { display: grid; place-items: center; aspect-ratio: 16/9;
  background: #0e161e; } .video span { display: grid; place-items: center; width: 56px; height: 56px; padding-left: 5px;
  border-radius: 50%; background: var(--accent); color: #fff; font-size: 24px; }
.count-2, .count-3, .count-4 { grid-template-columns: 1fr 1fr; aspect-ratio: 16/9; } .count-3, .count-4 { grid-template-rows: 1fr 1fr; }
.count-2 img, .count-3 img, .count-4 img { position: absolute; inset: 0; } .count-3 figure:first-child { grid-row: span 2; }
figcaption { position: absolute; inset: auto 10px 10px; display: flex; gap: 6px; align-items: flex-end; }
.kind, .alt { border-radius: 6px; background: rgb(0 0 0 / .8); color: #fff; font-size: 12px; }
.kind, .alt summary { padding: 2px 7px; font-weight: 700; } .alt summary { list-style: none; cursor: pointer; }
.alt summary::-webkit-details-marker { display: none; } .alt summary:focus-visible { outline: 2px solid #fff; border-radius: 6px; }
.alt p { max-height: 120px; overflow: auto; padding: 0 7px 7px; font-size: 13px; overflow-wrap: anywhere; white-space: pre-wrap; }
.poll { margin: 8px 0; } .poll ul { margin: 0 0 6px; padding: 0; list-style: none; }
.poll li { display: flex; justify-content: space-between; gap: 12px; margin-bottom: 6px; padding: 6px 12px; border-radius: 8px;
  background: linear-gradient(90deg, color-mix(in srgb, var(--accent) 30%, transparent) 6px, var(--back) 6px); overflow-wrap: anywhere; }
.poll li span:last-child { color: var(--soft); }
.quote { margin: 8px 0; padding: 10px 14px; border: 1px solid var(--line); border-radius: 16px; } .gone { color: var(--soft); }
.labels { display: flex; flex-wrap: wrap; gap: 6px; margin: 6px 0; padding: 0; list-style: none; }
.labels li { padding: 1px 10px; border: 1px solid var(--line); border-radius: 99px; color: var(--soft); font-size: 12px; }
.foot { display: flex; flex-wrap: wrap; gap: 0 12px; font-size: 12px; }
code { font: 12px/1.6 ui-monospace, "SF Mono", Menlo, Consolas, monospace; }
.dialog { max-width: 420px; margin: 8vh auto; padding: 28px; background: var(--paper); border: 1px solid var(--line);
  border-radius: 16px; } .dialog h1 { margin: 14px 0; } .dialog .note { padding: 14px 0 0; border: 0; }
.dialog ul { padding-left: 20px; } .hint { margin: 6px 0 16px; color: var(--soft); font-size: 13px; }
label { font-weight: 600; } .field { display: flex; align-items: center; margin: 6px 0 0; padding: 0 12px;
  border: 1px solid var(--soft); border-radius: 8px; } .field:focus-within { outline: 2px solid var(--accent); }
.field input { flex: 1; min-width: 0; padding: 11px 4px; border: 0; outline: 0; background: none; color: inherit; font: inherit; }
.buttons { display: flex; gap: 10px; margin: 20px 0 0; }
button { flex: 1; padding: 11px; border: 1px solid var(--line); border-radius: 99px; background: none; color: inherit;
  font: inherit; font-weight: 700; cursor: pointer; } button:hover { background: var(--back); }
.primary { background: var(--ink); border-color: var(--ink); color: var(--paper); } .primary:hover { background: var(--soft); }
.pin code { font-size: 34px; letter-spacing: 6px; }
`;

/** Fetches the list again when the sandbox says that something changed, at most every 300 ms; what was open stays open, and times are kept current. */
export const SCRIPT = `
const timeline = document.getElementById('timeline');
const nameOf = (details) => details.closest('.tweet').id + details.textContent;
const idsOf = (root) => new Set([...root.querySelectorAll('.tweet')].map((tweet) => tweet.id));
let pending = false;

async function refresh() {
  pending = false;
  const answer = await fetch('/_sandbox/timeline').catch(() => undefined);
  if (!answer || !answer.ok) return;
  const before = idsOf(timeline);
  const opened = new Set([...timeline.querySelectorAll('details[open]')].map(nameOf));
  timeline.innerHTML = await answer.text();
  for (const tweet of timeline.querySelectorAll('.tweet')) if (!before.has(tweet.id)) tweet.classList.add('new');
  for (const details of timeline.querySelectorAll('details')) details.open = opened.has(nameOf(details));
}

function later() {
  if (pending) return;
  pending = true;
  setTimeout(refresh, 300);
}

function relative(ms) {
  const seconds = Math.floor(ms / 1000);
  if (seconds < 5) return 'now';
  if (seconds < 60) return seconds + 's';
  if (seconds < 3600) return Math.floor(seconds / 60) + 'm';
  return seconds < 86400 ? Math.floor(seconds / 3600) + 'h' : Math.floor(seconds / 86400) + 'd';
}

setInterval(() => {
  for (const time of timeline.querySelectorAll('time')) time.textContent = relative(Date.now() - Date.parse(time.dateTime));
}, 5000);

const changes = new EventSource('/_sandbox/changes');
changes.onmessage = later;
changes.onopen = later;
`;
