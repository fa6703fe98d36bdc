'use server';
import { PostTweetDocument, problemOf, problemOfPost } from 'herald-client';
import { sentenceFor } from '../advice.ts';
import { send } from '../fetch.ts';
import { accessToken, engineUrl } from './session.ts';

export interface Outcome {
  readonly sentence: string;
  /** The post, once there is one. */
  readonly postId?: string;
}

/** The form sends its idempotency key along: made here, each repetition of the request would be another post. */
export const tweet = async (_previous: Outcome, form: FormData): Promise<Outcome> => {
  const input = { text: String(form.get('text')), idempotencyKey: String(form.get('idempotencyKey')) };
  const token = await accessToken();
  try {
    const { postTweet } = await send(engineUrl(), token, PostTweetDocument, { input });
    const problem = problemOfPost(postTweet);
    return { sentence: problem === undefined ? '' : sentenceFor(problem), postId: postTweet.id };
  } catch (error) {
    const problem = problemOf(error);
    return { sentence: problem === undefined ? '' : sentenceFor(problem) };
  }
};

/** For the subscription, which the browser opens by itself. A token for a page, so it is short-lived. */
export const tokenForSubscription = async (): Promise<string> => accessToken();
