import type { XLinkPolicy } from '../../kernel/index.ts';
import { gatherUrls, hasUrl, hostOf, mostParts, takeOutUrls, urlsOf } from '../text/index.ts';
import type { Draft } from './draft.ts';
import { type Place, type Problem, refuse, wholeInput } from './problem.ts';

export interface Drafts {
  readonly drafts: readonly Draft[];
  readonly problems: readonly Problem[];
}

/** The tweets with their addresses where `policy` wants them. A single tweet is its own last part. */
export const applyLinkPolicy = (
  drafts: readonly Draft[],
  policy: XLinkPolicy | null | undefined,
  limit: number,
): Drafts => {
  switch (policy) {
    case 'REJECT':
      return { drafts, problems: drafts.flatMap(({ text, place }) => refuseUrls(text, place)) };
    case 'STRIP':
      return { drafts: drafts.map((draft) => withText(draft, takeOutUrls(draft.text))), problems: [] };
    case 'LAST_PART':
      return moveToLastPart(drafts, limit);
    case 'ALLOW':
    case null:
    case undefined:
      return { drafts, problems: [] };
  }
};

/** What REJECT says to the first address of a text. */
export const refuseUrls = (text: string, place: Place): Problem[] =>
  urlsOf(text)
    .slice(0, 1)
    .map((url) => {
      const message = `The text has an address of ${hostOf(url)}, and linkPolicy is REJECT.`;
      return refuse(place, 'text', 'POLICY_REJECTED', message);
    });

const withText = (draft: Draft, text: string): Draft => ({
  ...draft,
  text,
  lostUrls: hasUrl(draft.text) && !hasUrl(text),
});

const moveToLastPart = (drafts: readonly Draft[], limit: number): Drafts => {
  const texts = gatherUrls(
    drafts.map(({ text }) => text),
    limit,
  );
  const last = drafts.at(-1);
  if (last === undefined) return { drafts, problems: [] };
  const added = texts.slice(drafts.length).map((text, index) => ({
    place: { ...last.place, position: drafts.length + index },
    text,
    lostUrls: false,
    input: {},
  }));
  return {
    drafts: [...drafts.map((draft, index) => withText(draft, texts[index] ?? '')), ...added],
    problems: added.length > 0 && texts.length > mostParts ? [tooMany()] : [],
  };
};

const tooMany = (): Problem =>
  refuse(
    wholeInput,
    'parts',
    'INVALID_INPUT',
    `The addresses need a part of their own, and a thread has at most ${mostParts}.`,
  );
