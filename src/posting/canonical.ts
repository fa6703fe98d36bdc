import type { PostThreadInput, PostTweetInput } from '../kernel/index.ts';

/** Who posts, and under which name, does not make two inputs different; an instant is the same in every zone. */
const APART = ['accountId', 'idempotencyKey', 'expiresAt'];

/** What absence means. */
const DEFAULTS: Readonly<Record<string, unknown>> = { linkPolicy: 'ALLOW', onPartFailure: 'RESUME' };

/**
 * Everything that makes two inputs of `postTweet` the same: the first four stand where they stood before there were others,
 * so that a key from then still finds its post.
 */
export const canonicalTweet = (input: PostTweetInput, expiresAt: Date | undefined): unknown => {
  const { text, inReplyToTweetId, replySettings, ...others } = canonicalObject(input);
  const first = [
    text ?? null,
    inReplyToTweetId ?? null,
    replySettings ?? null,
    expiresAt?.toISOString() ?? null,
  ];
  return Object.keys(others).length === 0 ? first : [...first, others];
};

export const canonicalThread = (input: PostThreadInput, expiresAt: Date | undefined): unknown => [
  canonicalObject(input),
  expiresAt?.toISOString() ?? null,
];

const canonicalObject = (input: object): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(input)
      .filter(([name, value]) => !APART.includes(name) && !isAbsent(value) && value !== DEFAULTS[name])
      .map(([name, value]) => [name, canonicalValue(value)] as const)
      .toSorted(([one], [other]) => (one < other ? -1 : 1)),
  );

const canonicalValue = (value: unknown): unknown => {
  if (typeof value === 'string') return value.replace(/\r\n?/g, '\n').normalize('NFC');
  if (Array.isArray(value)) return value.map(canonicalValue);
  return typeof value === 'object' && value !== null ? canonicalObject(value) : value;
};

/** A label that is not asked for is no label, and no files are none. */
const isAbsent = (value: unknown): boolean =>
  value === null || value === undefined || value === false || (Array.isArray(value) && value.length === 0);
