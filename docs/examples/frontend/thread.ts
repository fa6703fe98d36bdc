import {
  type Gesture,
  PostThreadDocument,
  type PostThreadInput,
  PreviewTweetDocument,
  problemOfPost,
} from 'herald-client';
import { sentenceFor } from './advice.ts';
import { send } from './fetch.ts';

/** What a form shows while somebody writes. */
export interface Outlook {
  /** Each tweet as it would go out, with how many characters are left. */
  readonly tweets: readonly { readonly text: string; readonly remaining: number }[];
  /** In US dollars. */
  readonly price: string;
  /** What stands in the way, and what the writer may want to know. */
  readonly sentences: readonly string[];
  readonly mayPost: boolean;
}

/** Looks at a thread without posting it: its parts, the price and the problems. To be asked when the writer pauses. */
export const preview = async (url: string, token: string, thread: PostThreadInput): Promise<Outlook> => {
  const { previewTweet } = await send(url, token, PreviewTweetDocument, { input: { thread } });
  const { parts, costMicroUsd, problems } = previewTweet;
  return {
    tweets: parts.map(({ text, remaining }) => ({ text, remaining })),
    price: `$${(costMicroUsd / 1_000_000).toFixed(3)}`,
    sentences: problems.map(({ position, message }) =>
      position === null ? message : `Tweet ${position + 1}: ${message}`,
    ),
    mayPost: problems.every(({ blocking }) => !blocking),
  };
};

/** Posts it, and says in one sentence what came of it. Throws what `problemOf` understands. */
export const postThread = async (
  url: string,
  token: string,
  pressed: Gesture,
  thread: PostThreadInput,
): Promise<string> => {
  const { postThread: post } = await send(url, token, PostThreadDocument, { input: pressed.keyed(thread) });
  pressed.end();
  const live = post.parts.filter(({ state }) => state === 'SENT').length;
  const problem = problemOfPost(post);
  if (problem !== undefined)
    return `${live} of ${post.parts.length} tweets are on X. ${sentenceFor(problem)}`;
  return post.state === 'SENT' ? `It is on X: ${post.url}` : 'The rest goes out by itself.';
};
