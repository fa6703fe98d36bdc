import { type LedgerPost, type Pause, type PostErrorCode, postErrors } from '../kernel/index.ts';

/** What to do about a post as it is now, in sentences; `pauses` are those in force. */
export const nextStep = (post: LedgerPost, pauses: readonly Pause[] = []): string[] => {
  const { id, state } = post;
  switch (state) {
    case 'SENT':
      return ['Nothing. The post is on X.'];
    case 'SENDING':
      return [sendingStep(post)];
    case 'SCHEDULED':
      return ['Wait. The post goes out at its time.'];
    case 'QUEUED':
      return [waitingStep(post, pauses)];
    case 'UNKNOWN':
      return [
        'Do not post it again: X may have it. Herald looks for it on the timeline and decides by itself.',
        `Whoever sees it on X can say so: herald posts resolve ${id} --it-is-there TWEET_ID`,
      ];
    case 'NEEDS_REVIEW':
      return reviewSteps(post);
    case 'PARTLY_SENT':
      return [`Parts are on X and stay there. ${errorStep(post)}`];
    case 'FAILED':
      return failedSteps(post);
    case 'CANCELLED':
      return ['Nothing. It was not posted; its user may send it after all with retryTweet.'];
  }
};

/** The pause that keeps this post from going out. */
const pauseOf = ({ userId, xUserId }: LedgerPost, pauses: readonly Pause[]): Pause | undefined =>
  pauses.find(
    ({ scope, subject }) =>
      scope === 'ALL' ||
      (scope === 'USER' && subject === userId) ||
      (scope === 'ACCOUNT' && subject === xUserId),
  );

/** The options of `herald resume` that end a pause. */
export const resumeOptions = ({ scope, subject }: Pick<Pause, 'scope' | 'subject'>): string =>
  scope === 'ALL' ? '--all' : `--${scope === 'USER' ? 'user' : 'account'} ${quote(subject)}`;

const waitingStep = (post: LedgerPost, pauses: readonly Pause[]): string => {
  const pause = pauseOf(post, pauses);
  const expiry = `It expires at ${post.expiresAt.toISOString()}.`;
  if (pause !== undefined) {
    return `Sending is paused (${pause.reason}). When the cause is gone: herald resume ${resumeOptions(pause)}. ${expiry}`;
  }
  const error = post.parts.find(({ state }) => state === 'QUEUED')?.error;
  const until = error?.retryAt === undefined ? 'soon' : `at ${error.retryAt.toISOString()}`;
  if (error?.code === 'OUT_OF_CREDITS')
    return `Buy credits for the X application. Herald asks again ${until}. ${expiry}`;
  if (error !== undefined) return `Wait. Herald tries again ${until}. ${expiry}`;
  return `Wait a moment. If it stays, herald status says whether Herald runs and sends. ${expiry}`;
};

const reviewSteps = ({ id }: LedgerPost): string[] => [
  "Look at the author's timeline on X, around the attempts, for the text of the part in review. Then one of:",
  `herald posts resolve ${id} --it-is-there TWEET_ID   (it is on X)`,
  `herald posts resolve ${id} --send-it   (it is not; posts twice if you are wrong)`,
  `herald posts resolve ${id} --give-up   (it shall not be posted)`,
];

const sendingStep = ({ parts, onPartFailure }: LedgerPost): string => {
  const isTakenBack =
    onPartFailure === 'ROLLBACK_DELETE' &&
    parts.some(({ state }) => state === 'FAILED') &&
    !parts.some(({ state }) => state === 'SENDING');
  return isTakenBack
    ? 'Wait. A part failed, so those that are on X are being deleted, the newest first.'
    : 'Wait. X is being asked; if Herald died meanwhile, the post turns UNKNOWN when its lease ends.';
};

/** With parts that were live it is a thread that was taken back. */
const failedSteps = (post: LedgerPost): string[] => {
  const left = post.parts.flatMap(({ tweetId, deletedAt }) =>
    deletedAt === undefined ? (tweetId ?? []) : [],
  );
  if (left.length > 0)
    return [
      `Herald could not delete everything: still on X: ${left.join(', ')}. Each part says why.`,
      "Its user deletes them with deleteTweet once the cause is gone, or in X's own application.",
    ];
  const wasLive = post.parts.some(({ tweetId }) => tweetId !== undefined);
  return [`${wasLive ? 'What was on X is deleted again.' : 'Nothing was posted.'} ${errorStep(post)}`];
};

const errorStep = ({ parts, onPartFailure }: LedgerPost): string => {
  const error = parts.find(({ state, error }) => state === 'FAILED' && error)?.error;
  const canRetry = onPartFailure === 'RESUME' || !parts.some(({ tweetId }) => tweetId !== undefined);
  return `${error === undefined ? '' : `${explain(error.code)} `}Its user decides: edit and post anew${canRetry ? ', or retryTweet' : ''}.`;
};

/** The sentence of an error code, which tells its user too. */
export const explain = (code: PostErrorCode): string => postErrors[code].message;

/** An argument as a POSIX shell takes it. */
const quote = (text: string): string =>
  /^[\w@.:/-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
