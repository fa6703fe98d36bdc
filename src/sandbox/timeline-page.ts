import { html, type Markup } from './html.ts';
import { findLinks } from './links.ts';
import type { Tweet } from './store.ts';

/** A page shows this many tweets. */
const SHOWN = 200;
/** Replies deeper than this are not indented further. */
const DEEPEST = 4;

export function frame(title: string, body: Markup, script = false): Markup {
  return html`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/_sandbox/page.css">
${script ? html`<script src="/_sandbox/page.js" defer></script>` : ''}
</head>
<body>
${body}
</body>
</html>
`;
}

/** The whole page; complete without its script, which only keeps it up to date. */
export function timelinePage(tweets: readonly Tweet[], now: number): Markup {
  const body = html`<main class="column">
<header class="bar">
<h1>Timeline</h1>
<p class="badge">Sandbox</p>
</header>
<p class="note">A simulation for development. This is not X: nothing here was published anywhere.</p>
<div id="timeline">${timelineList(tweets, now)}</div>
</main>`;
  return frame('Timeline · sandbox', body, true);
}

/** The latest tweets: conversations newest first, their replies beneath them, oldest first. */
export function timelineList(tweets: readonly Tweet[], now: number): Markup {
  if (tweets.length === 0)
    return html`<p class="empty">No tweets yet. What is posted shows up here by itself.</p>`;
  const shown = tweets.slice(-SHOWN);
  const ids = new Set(shown.map(({ id }) => id));
  const isReply = ({ inReplyTo }: Tweet) => inReplyTo !== undefined && ids.has(inReplyTo);
  const children = new Map<string, Tweet[]>();
  for (const reply of shown.filter(isReply)) {
    const parent = reply.inReplyTo ?? '';
    children.set(parent, [...(children.get(parent) ?? []), reply]);
  }
  const roots = shown.filter((tweet) => !isReply(tweet)).reverse();
  const cards = roots.map((root) => conversation(root, 0));
  const hidden = tweets.length - shown.length;
  return html`<ol class="tweets">${cards}</ol>${hidden > 0 ? html`<p class="empty">${hidden} older tweets are not shown.</p>` : ''}`;

  function conversation(tweet: Tweet, depth: number): Markup {
    const replies = children.get(tweet.id) ?? [];
    return html`${card(tweet, depth, replies.length > 0, now)}${replies.map((reply) => conversation(reply, depth + 1))}`;
  }
}

function card(tweet: Tweet, depth: number, hasReplies: boolean, now: number): Markup {
  const { author, createdMs, id, inReplyTo } = tweet;
  const at = new Date(createdMs);
  const level = Math.min(depth, DEEPEST);
  const orphan = inReplyTo !== undefined && depth === 0;
  return html`<li class="tweet level-${level}${hasReplies ? ' answered' : ''}" id="tweet-${id}">
<div class="avatar hue-${hueOf(author.id)}" aria-hidden="true">${initials(author.name)}</div>
<article>
<p class="by"><b>${author.name}</b> <span class="handle">@${author.username}</span> <span class="dot">·</span>
<time datetime="${at.toISOString()}" title="${absolute(at)}">${relative(now - createdMs)}</time></p>
${orphan ? html`<p class="context">Replying to tweet ${inReplyTo}</p>` : ''}
<p class="text" dir="auto">${linked(tweet.text)}</p>
<p class="foot"><span>${absolute(at)}</span> <code>${id}</code></p>
</article>
</li>
`;
}

function linked(text: string): Markup {
  const parts: (string | Markup)[] = [];
  let rest = 0;
  for (const link of findLinks(text)) {
    parts.push(text.slice(rest, link.start));
    parts.push(
      html`<a href="${link.href}" rel="noopener noreferrer nofollow" target="_blank">${link.text}</a>`,
    );
    rest = link.end;
  }
  return html`${[...parts, text.slice(rest)]}`;
}

const initials = (name: string): string => name.slice(0, 1).toUpperCase();

/** One of eight colours, always the same for an account. */
const hueOf = (id: string): number => Number(BigInt(id) % 8n);

const absolute = (at: Date): string => `${at.toISOString().slice(0, 19).replace('T', ' ')} UTC`;

/** `now`, `12s`, `5m`, `3h`, `2d`: what the page's script says too. */
function relative(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  if (seconds < 5) return 'now';
  if (seconds < 60) return `${seconds}s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m`;
  return seconds < 86_400 ? `${Math.floor(seconds / 3600)}h` : `${Math.floor(seconds / 86_400)}d`;
}
