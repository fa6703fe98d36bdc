declare const brand: unique symbol;
type Branded<Name extends string> = string & { readonly [brand]: Name };

/** Who asks, as Hasura says in `x-hasura-user-id`, e.g. `twitter|8446...` or a uuid. Never a handle. */
export type UserId = Branded<'UserId'>;
/** An X account's numeric id as a decimal string; larger than 2^53, so never a number. */
export type XUserId = Branded<'XUserId'>;
/** A tweet's id as a decimal string; larger than 2^53, so never a number. */
export type TweetId = Branded<'TweetId'>;
/** Herald's own id of a post, a lower-case uuid. */
export type PostId = Branded<'PostId'>;

/** X's id of an uploaded file as a decimal string; larger than 2^53, so never a number. */
export type XMediaId = Branded<'XMediaId'>;
/** Herald's own id of an uploaded file, a lower-case uuid. */
export type MediaId = Branded<'MediaId'>;
/** Herald's own id of a connected account, a lower-case uuid. */
export type AccountId = Branded<'AccountId'>;
/** The id of a row of `herald.post_request`, a lower-case uuid. */
export type PostRequestId = Branded<'PostRequestId'>;

const SNOWFLAKE = /^[1-9]\d{0,18}$/;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** The id, or undefined when `value` is not 1 to 19 decimal digits (X's `^[0-9]{1,19}$`, without leading zeros). */
export const parseTweetId = (value: string): TweetId | undefined =>
  SNOWFLAKE.test(value) ? (value as TweetId) : undefined;

/** The id, or undefined when `value` is not a decimal id of X. */
export const parseXUserId = (value: string): XUserId | undefined =>
  /^\d{1,20}$/.test(value) ? (value as XUserId) : undefined;

/** The id, or undefined when `value` is not a lower-case uuid. */
export const parsePostId = (value: string): PostId | undefined =>
  UUID.test(value) ? (value as PostId) : undefined;

/** The id, or undefined when `value` is not 1 to 19 decimal digits. */
export const parseXMediaId = (value: string): XMediaId | undefined =>
  SNOWFLAKE.test(value) ? (value as XMediaId) : undefined;

/** The id, or undefined when `value` is not a lower-case uuid. */
export const parseMediaId = (value: string): MediaId | undefined =>
  UUID.test(value) ? (value as MediaId) : undefined;

/** The id, or undefined when `value` is not a lower-case uuid. */
export const parseAccountId = (value: string): AccountId | undefined =>
  UUID.test(value) ? (value as AccountId) : undefined;

/** The id, or undefined when `value` is not a lower-case uuid. */
export const parsePostRequestId = (value: string): PostRequestId | undefined =>
  UUID.test(value) ? (value as PostRequestId) : undefined;

/** A user id is any non-empty string of at most 255 characters without control characters. */
export const parseUserId = (value: string): UserId | undefined =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it refuses
  value.length > 0 && value.length <= 255 && !/[\u0000-\u001f\u007f]/.test(value)
    ? (value as UserId)
    : undefined;
