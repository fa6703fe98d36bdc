import { parseUserId, type UserId } from '../kernel/index.ts';
import { type Call, Usage } from './command.ts';

/** `--user` as Hasura sends the id; undefined when it is not given. */
export const readUser = (call: Call): UserId | undefined => {
  const text = call.text('user');
  const userId = text === undefined ? undefined : parseUserId(text);
  if (text !== undefined && userId === undefined) {
    throw new Usage('--user is 1 to 255 characters without control characters.');
  }
  return userId;
};
