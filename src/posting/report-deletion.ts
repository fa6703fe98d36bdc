import type { LogFields, XDeletion } from '../kernel/index.ts';
import type { PostingTools } from './tools.ts';

/** One log line for each time that X was asked to delete a tweet; `about` names the tweet. */
export const reportDeletion = ({ log }: PostingTools, deletion: XDeletion, about: LogFields): void => {
  const { status, transactionId: xTransactionId, failure } = deletion.answer;
  const fields = { ...about, status, xTransactionId, failure };
  if (deletion.kind === 'deleted' || deletion.kind === 'gone') log('info', 'x_deleted', fields);
  else log('warn', 'x_not_deleted', { ...fields, code: deletion.code });
};
