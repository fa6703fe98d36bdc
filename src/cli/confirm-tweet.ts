import { createKeptCredentials, createRestSeal, loadKeyring } from '../credentials/index.ts';
import {
  type CredentialOwner,
  HeraldError,
  KeyNotHere,
  type LedgerPost,
  type SealedCredential,
  type TweetId,
  type XAuthoredTweet,
  type XRead,
} from '../kernel/index.ts';
import { createXClient } from '../x/index.ts';
import { Refusal } from './command.ts';
import type { Settings } from './settings.ts';

/**
 * A person's word is not enough: asks X, with the credentials kept of the post, whether it has this tweet and whether
 * the post's account wrote it. Throws {@link Refusal} when not, or when X cannot be asked.
 */
export const confirmTweet = async (
  settings: Settings,
  { id, userId, xUserId }: LedgerPost,
  credential: SealedCredential,
  tweetId: TweetId,
): Promise<void> => {
  const read = await fetchTweet(settings, credential, { postId: id, userId, xUserId }, tweetId);
  if (!read.ok) throw new Refusal(`X cannot be asked now (${read.code}).`, 'Try again in a minute.');
  if (read.value === undefined) throw new Refusal(`X has no tweet ${tweetId}.`, 'Look at the number again.');
  if (read.value.authorId !== xUserId) {
    throw new Refusal(
      `Tweet ${tweetId} is by X account ${read.value.authorId}, and the post is of ${xUserId}.`,
      'Look at the number again.',
    );
  }
};

const fetchTweet = async (
  settings: Settings,
  credential: SealedCredential,
  owner: CredentialOwner,
  tweetId: TweetId,
): Promise<XRead<XAuthoredTweet | undefined>> => {
  if (settings.keyring === undefined || settings.x === undefined) {
    throw new Refusal(
      'Without HERALD_KEYRING, X_APP_KEY and X_APP_SECRET X cannot be asked for this tweet.',
      "Run this with the service's own configuration, or let the user call resolveTweet.",
    );
  }
  const kept = createKeptCredentials(createRestSeal(await loadKeyring(settings.keyring.reveal())));
  const { apiUrl, deadlineMs } = settings.config.x;
  const x = createXClient({ ...settings.x, apiUrl, deadlineMs });
  try {
    return await kept.use(credential, owner, (credentials) => x.tweetById(credentials, tweetId));
  } catch (error) {
    const isShut = error instanceof HeraldError && error.code === 'CREDENTIALS_INVALID';
    if (!isShut && !(error instanceof KeyNotHere)) throw error;
    throw new Refusal(
      'The credentials that Herald keeps of this post do not open: their key is not in this keyring.',
      "Run this with the service's own keyring, or let the user call resolveTweet.",
    );
  } finally {
    x.close();
  }
};
