import type { UserAction } from '../../kernel/index.ts';

/*
 * What X lets an application post, what it charges, and who sees to it: all of Herald's knowledge of X's rules that may
 * change, in one place. docs/x-policy.md is generated from it.
 */

/** When the rules and prices were last compared with X's own pages. */
export const policyVersion = '2026-08-22';

/** `documented`: X's own pages or specification say so. `reported`: seen in practice by several projects. */
export type Mark = 'documented' | 'reported';
/** Herald refuses or warns before anything is sent; the operator keeps it; X answers with an error. */
export type Enforcer = 'Herald' | 'the operator' | 'X';
export type Plan = 'self-serve' | 'enterprise';

export interface Rule {
  /** When X made it, where that is known. */
  readonly since?: string;
  readonly source: string;
  readonly mark: Mark;
  /** Absent: whatever the plan. */
  readonly plan?: 'self-serve';
  readonly enforcedBy: readonly Enforcer[];
  readonly sentence: string;
  /** What the user can do. */
  readonly remedy: string;
}

const changelog = 'https://docs.x.com/changelog';
const createPost = 'X API OpenAPI 2.167, CreatePostsRequest';
const counting = 'https://docs.x.com/fundamentals/counting-characters (twitter-text, config v3)';
const rateLimits = 'https://docs.x.com/x-api/fundamentals/rate-limits';
const guidelines = 'https://docs.x.com/developer-guidelines';
const uploads = 'https://docs.x.com/x-api/media/quickstart/best-practices';
const pricing = 'https://docs.x.com/x-api/getting-started/pricing';

export const rules = {
  replies: {
    since: '2026-02-23',
    source: changelog,
    mark: 'documented',
    plan: 'self-serve',
    enforcedBy: ['Herald', 'X'],
    sentence:
      'X lets this application reply only to its own tweets and to those that mention or quote the account.',
    remedy: 'Post it as a tweet of its own.',
  },
  quotes: {
    since: '2026-04-20',
    source: changelog,
    mark: 'documented',
    plan: 'self-serve',
    enforcedBy: ['Herald', 'X'],
    sentence: 'X lets only applications with an Enterprise plan quote a tweet.',
    remedy: 'Leave quoteTweetId out.',
  },
  cashtags: {
    source: changelog,
    mark: 'documented',
    plan: 'self-serve',
    enforcedBy: ['Herald', 'X'],
    sentence: 'X allows at most one cashtag in a tweet.',
    remedy: 'Leave one, or write the others without the dollar sign.',
  },
  mentions: {
    source: changelog,
    mark: 'documented',
    plan: 'self-serve',
    enforcedBy: ['Herald', 'X'],
    sentence: 'X limits how many mentions an application may send to accounts that did not ask for them.',
    remedy: 'Mention only those who expect it.',
  },
  ownThreads: {
    source: 'several projects; X says "...mentioned or are the author"',
    mark: 'reported',
    plan: 'self-serve',
    enforcedBy: ['X'],
    sentence: 'An account may reply to its own tweets, so threads work.',
    remedy: 'Nothing to do.',
  },
  length: {
    source: counting,
    mark: 'documented',
    enforcedBy: ['Herald', 'X'],
    sentence: 'A tweet has at most 280 weighted characters: docs/text.md.',
    remedy: 'Shorten the text, or post it as a thread.',
  },
  longPosts: {
    source: 'X API changelog, 2024-08-20; several schedulers',
    mark: 'reported',
    enforcedBy: ['Herald', 'X'],
    sentence:
      'Accounts with Premium may post up to 25,000 characters; X does not tell an application which they are.',
    remedy: 'An admin allows it for the X account.',
  },
  duplicates: {
    source: 'X answers 403 "...duplicate content"; its window is not documented',
    mark: 'reported',
    enforcedBy: ['Herald', 'X'],
    sentence: 'X refuses a text that the account posted before.',
    remedy: 'Change the text.',
  },
  similarContent: {
    source: guidelines,
    mark: 'documented',
    enforcedBy: ['Herald', 'the operator'],
    sentence: 'X forbids the same or substantially similar content on several accounts.',
    remedy: 'Write a text of its own for each account.',
  },
  automation: {
    source: guidelines,
    mark: 'documented',
    enforcedBy: ['the operator'],
    sentence:
      'An account that posts by itself carries the automation label, and its owner has consented to every kind of post.',
    remedy: 'Set the label in the settings of the X account.',
  },
  oneAttachment: {
    source: "X API OpenAPI up to 2.166, and X's own simulator; later specifications do not say so",
    mark: 'reported',
    enforcedBy: ['Herald', 'X'],
    sentence: 'A tweet has media, a poll or a quoted tweet, and only one of them.',
    remedy: 'Leave the others out.',
  },
  mediaTogether: {
    source: uploads,
    mark: 'documented',
    enforcedBy: ['Herald', 'X'],
    sentence: 'A tweet has up to four pictures, or one GIF, or one video.',
    remedy: 'Take some of them out.',
  },
  pictures: {
    source: uploads,
    mark: 'documented',
    enforcedBy: ['Herald', 'X'],
    sentence:
      'A picture is a JPEG, PNG or WebP of at most 5 MB; a GIF has at most 15 MB, 1280 x 1080 pixels and 350 frames.',
    remedy: 'Make it smaller.',
  },
  videos: {
    source: uploads,
    mark: 'documented',
    enforcedBy: ['Herald', 'X'],
    sentence:
      'A video is H.264 with AAC, 0.5 to 140 seconds, 32 x 32 to 1280 x 1024 pixels, at most 60 frames a second and 512 MB.',
    remedy: 'Cut or convert it.',
  },
  altText: {
    source: 'X API OpenAPI 2.167, media/metadata',
    mark: 'documented',
    enforcedBy: ['Herald', 'X'],
    sentence: 'Alt text has at most 1,000 characters.',
    remedy: 'Shorten it.',
  },
  mediaLife: {
    source: 'X API OpenAPI 2.167, expires_after_secs',
    mark: 'documented',
    enforcedBy: ['Herald', 'X'],
    sentence: 'X keeps an uploaded file for about a day.',
    remedy: 'Upload it again.',
  },
  polls: {
    source: createPost,
    mark: 'documented',
    enforcedBy: ['Herald', 'X'],
    sentence: 'A poll has two to four options of 1 to 25 characters and runs for 5 to 10080 minutes.',
    remedy: 'Change the poll.',
  },
  postRate: {
    source: rateLimits,
    mark: 'documented',
    enforcedBy: ['X'],
    sentence: 'An account may post 100 tweets in 15 minutes, an application 10,000 in 24 hours.',
    remedy: 'Wait; posts go out when X allows it.',
  },
  credits: {
    since: '2026-02-06',
    source: pricing,
    mark: 'documented',
    plan: 'self-serve',
    enforcedBy: ['the operator', 'X'],
    sentence: 'Without credits, or past the spend cap of the cycle, X refuses everything.',
    remedy: 'Buy credits in the X console.',
  },
} as const satisfies Record<string, Rule>;

export type RuleName = keyof typeof rules;

export interface Price {
  /** Millionths of a US dollar. */
  readonly microUsd: number;
  readonly what: string;
}

/** What X charges for one of each; pay per use since 2026-02-06. */
export const prices = {
  post: { microUsd: 15_000, what: 'a tweet' },
  postWithUrl: { microUsd: 200_000, what: 'a tweet with an address in its text, replies too' },
  summonedReply: {
    microUsd: 10_000,
    what: 'a reply to somebody who mentioned or quoted the account',
  },
  deletion: { microUsd: 10_000, what: 'deleting a tweet' },
  altText: { microUsd: 5_000, what: 'alt text of a file' },
  postRead: { microUsd: 5_000, what: 'reading a tweet of somebody else' },
  ownPostRead: { microUsd: 1_000, what: "reading a tweet of the account's own" },
  userRead: { microUsd: 10_000, what: 'reading a user' },
} as const satisfies Record<string, Price>;

export const priceSource = { source: pricing, since: '2026-02-06', mark: 'documented' } as const satisfies {
  source: string;
  since: string;
  mark: Mark;
};

export interface Warning {
  readonly userAction: UserAction;
  readonly message: string;
  /** For docs/x-policy.md. */
  readonly when: string;
  /** Absent: whatever the plan. */
  readonly plan?: 'self-serve';
}

/** What a preview tells the user though nothing stands in the way. */
export const warnings = {
  LINK_COSTS_MORE: {
    userAction: 'EDIT',
    message: 'X charges more for a tweet with an address.',
    when: 'The text of a tweet has an address; the message names both prices.',
  },
  MENTIONS_LIMITED: {
    userAction: 'EDIT',
    message: `${rules.mentions.sentence} ${rules.mentions.remedy}`,
    when: 'A tweet that is no reply mentions an account.',
    plan: 'self-serve',
  },
  REPLY_MAY_BE_REFUSED: {
    userAction: 'NONE',
    message: `${rules.replies.sentence} Whether this tweet does is not known.`,
    when: 'A reply to a tweet that could not be looked at.',
    plan: 'self-serve',
  },
  SIMILAR_ON_OTHER_ACCOUNT: {
    userAction: 'EDIT',
    message: `Almost the same text was posted as another account in the last day. ${rules.similarContent.sentence}`,
    when: "Almost the same text was posted as another of the user's X accounts in the last day.",
  },
  SAME_TEXT_AGAIN: {
    userAction: 'EDIT',
    message: `This account posted the same text in the last day. ${rules.duplicates.sentence}`,
    when: 'The same text is live on the same account since less than a day, or stands twice in a thread.',
  },
} as const satisfies Record<string, Warning>;

export type WarningCode = keyof typeof warnings;
