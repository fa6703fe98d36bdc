import { type Ledger, type LedgerPost, parseTweetId, type Resolution } from '../kernel/index.ts';
import { type Call, type Command, Refusal } from './command.ts';
import { confirmTweet } from './confirm-tweet.ts';
import { requireCredential } from './kept-credential.ts';
import { reportChange } from './report-change.ts';
import type { Settings } from './settings.ts';
import { findPost, withLedger } from './with-ledger.ts';

export const postsResolve: Command = {
  name: 'posts resolve',
  argument: 'ID',
  summary: 'Decides a post in doubt. A person says what became of it, because X did not.',
  choice: {
    required: true,
    options: {
      'it-is-there': {
        value: 'TWEET_ID',
        about: 'It is on X: the tweet is fetched and its author compared.',
      },
      'send-it': { about: 'It is not on X: send it again. Whoever is wrong here posts twice.' },
      'give-up': { about: 'It shall not be posted.' },
    },
  },
  options: {},
  run: (call) =>
    withLedger(call.environment, async (ledger, settings) => {
      const post = await findPost(ledger, call.argument);
      if (!isInDoubt(post, call)) throw notInDoubt(post, call);
      const changed = await ledger.resolve(undefined, post.id, await decide(call, ledger, settings, post));
      return reportChange(ledger, changed, 'It is not in doubt any more, or another post has this tweet.');
    }),
};

/** While Herald still looks for it, a person can say that it is there, and nothing else. */
const isInDoubt = ({ parts }: LedgerPost, call: Call): boolean =>
  parts.some(({ state }) => state === 'NEEDS_REVIEW' || (state === 'UNKNOWN' && call.has('it-is-there')));

const notInDoubt = ({ id, state }: LedgerPost, call: Call): Refusal =>
  new Refusal(
    state === 'UNKNOWN' && !call.has('it-is-there')
      ? 'The post is UNKNOWN. Herald still looks for it, and until then X may have it.'
      : `The post is ${state}. It is not in doubt, so there is nothing to decide.`,
    `herald posts show ${id} tells what happened and what to do.`,
  );

const decide = async (
  call: Call,
  ledger: Ledger,
  settings: Settings,
  post: LedgerPost,
): Promise<Resolution> => {
  if (call.has('give-up')) return { kind: 'GIVE_UP' };
  if (call.has('send-it')) {
    // The ledger sends it with what it keeps; where there is nothing, the post would only fail.
    await requireCredential(ledger, post, 'resolveTweet');
    return { kind: 'SEND_IT' };
  }
  const tweetId = parseTweetId(call.text('it-is-there') ?? '');
  if (tweetId === undefined) {
    throw new Refusal(
      '--it-is-there takes the id of a tweet: 1 to 19 digits.',
      'It is the number at the end of the address, https://x.com/NAME/status/NUMBER.',
    );
  }
  const credential = await requireCredential(ledger, post, 'resolveTweet');
  await confirmTweet(settings, post, credential, tweetId);
  return { kind: 'IT_IS_THERE', tweetId };
};
