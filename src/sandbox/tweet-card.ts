import { attachments, labels } from './attachments.ts';
import { html, type Markup } from './html.ts';
import { findLinks } from './links.ts';
import { findMentions } from './mentions.ts';
import type { Tweet } from './store.ts';
import type { Surroundings } from './tweet-view.ts';
import type { User } from './users.ts';

/** Replies deeper than this are not indented further. */
const DEEPEST = 4;

/** Where a card stands: how deep in its conversation, and whether replies follow it. */
export interface Place {
  readonly depth: number;
  readonly hasReplies: boolean;
}

/** A tweet as a card of the timeline; `now` in milliseconds since 1970. */
export function card(tweet: Tweet, { depth, hasReplies }: Place, around: Surroundings, now: number): Markup {
  const { author, createdMs, id, inReplyTo, communityId } = tweet;
  const at = new Date(createdMs);
  const level = Math.min(depth, DEEPEST);
  const orphan = inReplyTo !== undefined && depth === 0;
  return html`<li class="tweet level-${level}${hasReplies ? ' answered' : ''}" id="tweet-${id}">
${avatar(author)}
<article>
${communityId === undefined ? '' : html`<p class="context">In community ${communityId}</p>`}
<p class="by"><b>${author.name}</b> <span class="handle">@${author.username}</span> <span class="dot">·</span>
<time datetime="${at.toISOString()}" title="${absolute(at)}">${relative(now - createdMs)}</time></p>
${orphan ? html`<p class="context">Replying to tweet ${inReplyTo}</p>` : ''}
${content(tweet, around, now)}
${tweet.quotes === undefined ? '' : quote(tweet.quotes, around, now)}
${labels(tweet)}
<p class="foot"><span>${absolute(at)}</span> <code>${id}</code></p>
</article>
</li>
`;
}

/** The text, and what hangs on it. */
const content = (tweet: Tweet, around: Surroundings, now: number): Markup =>
  html`${tweet.text === '' ? '' : html`<p class="text" dir="auto">${linked(tweet.text)}</p>`}${attachments(tweet, around, now)}`;

function quote(id: string, around: Surroundings, now: number): Markup {
  const quoted = around.store.tweet(id);
  if (!quoted) return html`<p class="quote gone">The quoted tweet is not there any more.</p>`;
  return html`<blockquote class="quote"><p class="by">${avatar(quoted.author)}<b>${quoted.author.name}</b>
<span class="handle">@${quoted.author.username}</span></p>
${content(quoted, around, now)}</blockquote>`;
}

const avatar = ({ id, name }: User): Markup =>
  html`<span class="avatar hue-${hueOf(id)}" aria-hidden="true">${name.slice(0, 1).toUpperCase()}</span>`;

/** The text with its links, and with its mentions in their colour. */
function linked(text: string): Markup {
  const parts: (string | Markup)[] = [];
  let rest = 0;
  const found = [...findLinks(text), ...findMentions(text)].sort((a, b) => a.start - b.start);
  for (const entity of found) {
    parts.push(text.slice(rest, entity.start));
    parts.push(
      'href' in entity
        ? html`<a href="${entity.href}" rel="noopener noreferrer nofollow" target="_blank">${entity.text}</a>`
        : html`<span class="mention">${text.slice(entity.start, entity.end)}</span>`,
    );
    rest = entity.end;
  }
  return html`${[...parts, text.slice(rest)]}`;
}

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
