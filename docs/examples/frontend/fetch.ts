import {
  type Gesture,
  type HeraldDocument,
  PostTweetDocument,
  type PostTweetInput,
  problemOf,
  problemOfPost,
} from 'herald-client';
import { sentenceFor } from './advice.ts';

/** Sends a document to the engine, or to Herald's own `/graphql`. Throws the answer when it has errors. */
export const send = async <Result, Variables>(
  url: string,
  token: string,
  document: HeraldDocument<Result, Variables> & { readonly text: string },
  variables: Variables,
): Promise<Result> => {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ query: document.text, variables }),
  });
  const answer: { readonly data?: Result; readonly errors?: readonly unknown[] } = await response.json();
  if (answer.errors !== undefined || answer.data === undefined) throw answer;
  return answer.data;
};

/** Posts, and says in one sentence what came of it. `pressed` is the form's `gesture()`. */
export const post = async (
  url: string,
  token: string,
  pressed: Gesture,
  input: PostTweetInput,
): Promise<string> => {
  try {
    const { postTweet } = await send(url, token, PostTweetDocument, { input: pressed.keyed(input) });
    pressed.end();
    const problem = problemOfPost(postTweet);
    return problem === undefined ? `It is on X: ${postTweet.url}` : sentenceFor(problem);
  } catch (error) {
    const problem = problemOf(error);
    return problem === undefined ? '' : sentenceFor(problem);
  }
};
