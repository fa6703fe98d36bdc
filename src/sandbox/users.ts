import { randomInt } from 'node:crypto';
import { snowflakeAt } from './snowflake.ts';

/** An account of the simulated X, with the one pair of tokens that the one app has for it. */
export interface User {
  readonly id: string;
  readonly username: string;
  readonly name: string;
  readonly access_token: string;
  readonly access_token_secret: string;
}

const ALPHANUMERIC = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** `length` random letters and digits, each drawn evenly from a secure source. */
export function randomText(length: number, alphabet = ALPHANUMERIC): string {
  return Array.from({ length }, () => alphabet[randomInt(alphabet.length)]).join('');
}

/** X's rule for a handle: 1 to 15 letters, digits and underscores. */
export const isUsername = (text: unknown): text is string =>
  typeof text === 'string' && /^\w{1,15}$/.test(text);

/** A pair of tokens for the account of that id, shaped as X's are: `<id>-<40>` and `<45>` alphanumerics. */
const makeTokens = (id: string): Pick<User, 'access_token' | 'access_token_secret'> => ({
  access_token: `${id}-${randomText(40)}`,
  access_token_secret: randomText(45),
});

/** The same account with a pair of tokens that nobody was given yet. */
export const withNewTokens = (user: User): User => ({ ...user, ...makeTokens(user.id) });

/** A new account: an id of 19 digits as X gives today, and its tokens. */
export function makeUser(username: string, now: number): User {
  const id = (snowflakeAt(now) - BigInt(randomInt(2 ** 47))).toString();
  return {
    id,
    username,
    name: username.charAt(0).toUpperCase() + username.slice(1),
    ...makeTokens(id),
  };
}
