import {
  HeraldError,
  KeyNotHere,
  type LedgerPost,
  type OwedDeletion,
  type PostErrorCode,
  type XCredentials,
} from '../kernel/index.ts';
import { prices } from './policy/index.ts';
import { reportDeletion } from './report-deletion.ts';
import type { PostingTools } from './tools.ts';

/**
 * Deletes one live part of a post that is taken back, or writes down why it cannot be. What cannot be done now comes again;
 * the ledger ends it after too many setbacks.
 */
export const takeBack = async (tools: PostingTools, owed: OwedDeletion): Promise<void> => {
  try {
    await tools.usePostCredentials(owed.post, owed.credential, (credentials) =>
      deleteAndRecord(tools, owed, credentials),
    );
  } catch (error) {
    if (!(error instanceof HeraldError)) throw error;
    if (error.code === 'CREDENTIALS_INVALID') return giveUp(tools, owed, error.code);
    if (error.code === 'ACCOUNT_NEEDS_RECONNECT') return tools.ledger.postponeDeletion(owed, undefined);
    if (!(error instanceof KeyNotHere)) throw error;
    await tools.ledger.postponeDeletion(owed, undefined);
  }
};

const deleteAndRecord = async (
  tools: PostingTools,
  owed: OwedDeletion,
  credentials: XCredentials,
): Promise<void> => {
  const deletion = await tools.x.deleteTweet(credentials, owed.tweetId);
  const { id: postId, traceId } = owed.post;
  reportDeletion(tools, deletion, { tweetId: owed.tweetId, postId, traceId });
  switch (deletion.kind) {
    case 'deleted':
      return count(tools, await tools.ledger.recordDeleted(owed, prices.deletion.microUsd));
    case 'gone':
      return count(tools, await tools.ledger.recordDeleted(owed, 0));
    case 'not_now':
      return tools.ledger.postponeDeletion(owed, deletion.retryAt);
    case 'refused':
      if (deletion.code !== 'ACCOUNT_NEEDS_RECONNECT' || credentials.accountId === undefined)
        return giveUp(tools, owed, deletion.code);
      await tools.accountNotes.needsReconnect(credentials);
      return tools.ledger.postponeDeletion(owed, undefined);
  }
};

const giveUp = async (tools: PostingTools, owed: OwedDeletion, code: PostErrorCode): Promise<void> =>
  count(tools, await tools.ledger.recordUndeletable(owed, code));

/** The post is final once nothing of it is left to delete. */
const count = ({ meter }: PostingTools, { state, parts }: LedgerPost): void => {
  if (state === 'SENDING') return;
  meter.post({ state, code: parts.find((part) => part.state === 'FAILED')?.error?.code });
};
