import { html, type Markup } from './html.ts';
import type { Media } from './media.ts';
import type { Poll, Tweet } from './store.ts';
import type { Surroundings } from './tweet-view.ts';

/** A tweet's pictures, GIF, video or poll; nothing when it has none. */
export function attachments(tweet: Tweet, { media }: Surroundings, now: number): Markup {
  const files = (tweet.mediaIds ?? []).flatMap((id) => media.find(id) ?? []);
  const shown = files.length > 0 && html`<div class="media count-${files.length}">${files.map(figure)}</div>`;
  return html`${shown || ''}${tweet.poll ? poll(tweet.poll, tweet.createdMs, now) : ''}`;
}

/** A picture with its description behind a badge, which opens without a script. A video is not played. */
function figure(file: Media): Markup {
  const { id, kind, altText } = file;
  const picture =
    kind === 'video'
      ? html`<div class="video" role="img" aria-label="${altText ?? 'Video'}"><span aria-hidden="true">▶</span></div>`
      : html`<img src="/_sandbox/media/${id}" alt="${altText ?? ''}" loading="lazy">`;
  const description = altText && html`<details class="alt"><summary>ALT</summary><p>${altText}</p></details>`;
  const name = kind !== 'image' && html`<span class="kind">${kind === 'gif' ? 'GIF' : 'Video'}</span>`;
  return html`<figure>${picture}<figcaption>${name || ''}${description || ''}</figcaption></figure>`;
}

/** Nobody votes in the sandbox. */
function poll({ options, duration_minutes: minutes }: Poll, createdMs: number, now: number): Markup {
  const left = Math.ceil(minutes - (now - createdMs) / 60_000);
  const rows = options.map((option) => html`<li dir="auto"><span>${option}</span> <span>0%</span></li>`);
  return html`<div class="poll"><ul>${rows}</ul>
<p class="context">0 votes · ${left > 0 ? `${duration(left)} left` : 'Final results'}</p></div>`;
}

function duration(minutes: number): string {
  if (minutes < 60) return count(minutes, 'minute');
  if (minutes < 1440) return count(Math.round(minutes / 60), 'hour');
  return count(Math.round(minutes / 1440), 'day');
}

const count = (number: number, unit: string): string => `${number} ${unit}${number === 1 ? '' : 's'}`;

/** What is said about a tweet: how it was made, that it is paid for, and who can reply. */
export function labels({ madeWithAi, paidPartnership, replySettings, author }: Tweet): Markup {
  const said = [
    madeWithAi && 'Made with AI',
    paidPartnership && 'Paid partnership',
    replySettings !== undefined && whoCanReply(replySettings, author.username),
  ].filter((label) => typeof label === 'string');
  return said.length === 0
    ? html``
    : html`<ul class="labels">${said.map((label) => html`<li>${label}</li>`)}</ul>`;
}

function whoCanReply(setting: string, username: string): string {
  const who: Record<string, string> = {
    following: `Accounts @${username} follows`,
    mentionedUsers: `Only accounts that @${username} mentioned`,
    subscribers: `Only subscribers of @${username}`,
    verified: 'Only verified accounts',
  };
  return `${who[setting] ?? 'Everyone'} can reply`;
}
