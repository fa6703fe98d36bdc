import { html, type Markup } from './html.ts';
import type { Tweet } from './store.ts';
import { card } from './tweet-card.ts';
import type { Surroundings } from './tweet-view.ts';

/** A page shows this many tweets. */
const SHOWN = 200;

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
export function timelinePage(around: Surroundings, now: number): Markup {
  const body = html`<main class="column">
<header class="bar">
<h1>Timeline</h1>
<p class="badge">Sandbox</p>
</header>
<p class="note">A simulation for development. This is not X: nothing here was published anywhere.</p>
<div id="timeline">${timelineList(around, now)}</div>
</main>`;
  return frame('Timeline · sandbox', body, true);
}

/** The latest tweets: conversations newest first, their replies beneath them, oldest first. */
export function timelineList(around: Surroundings, now: number): Markup {
  const tweets = around.store.tweets();
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
    const place = { depth, hasReplies: replies.length > 0 };
    return html`${card(tweet, place, around, now)}${replies.map((reply) => conversation(reply, depth + 1))}`;
  }
}
