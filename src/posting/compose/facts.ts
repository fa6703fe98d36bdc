import {
  type LedgerMedia,
  type MediaId,
  type PostThreadInput,
  type PostTweetInput,
  parseMediaId,
  parseTweetId,
  type RecentText,
  type TweetId,
  type TweetPartInput,
  type XUserId,
} from '../../kernel/index.ts';
import type { Plan } from '../policy/index.ts';

/** Whose tweet a reply goes to; `summoned`: of somebody who mentions or quotes the account in it. */
export type ReplyTarget = 'none' | 'own' | 'summoned' | 'stranger' | 'gone' | 'not_known';

/** What must be known beside the input. */
export interface Facts {
  readonly plan: Plan;
  /** 280, or what an admin allows this X account. */
  readonly weightedLimit: number;
  /** Those of `mediaIdsOf` that are of this user. */
  readonly media: ReadonlyMap<MediaId, LedgerMedia>;
  /** As whom; while it is not known, files of every X account pass. */
  readonly xUserId: XUserId | undefined;
  readonly replyTarget: ReplyTarget;
  /** For warnings; empty when nobody looks at them. */
  readonly recentTexts: readonly RecentText[];
  readonly now: Date;
}

/** The files that have to be looked up, each once. */
export const mediaIdsOf = (input: PostTweetInput | PostThreadInput): MediaId[] => {
  const ids = tweetsOf(input).flatMap(({ mediaIds }) => mediaIds ?? []);
  return [...new Set(ids)].flatMap((id) => parseMediaId(id) ?? []);
};

const tweetsOf = (input: PostTweetInput & PostThreadInput): readonly TweetPartInput[] => [
  input,
  ...(input.parts ?? []),
];

/** The tweet that has to be looked up. */
export const replyTargetOf = (input: PostTweetInput): TweetId | undefined =>
  input.inReplyToTweetId == null ? undefined : parseTweetId(input.inReplyToTweetId);
