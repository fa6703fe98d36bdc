import type { HeraldError, PostTweetInput } from '../../kernel/index.ts';
import { examineText } from '../text/index.ts';
import { type Place, type Problem, problemOf } from './problem.ts';

/** One tweet of a post before it is looked at. */
export interface Draft {
  readonly place: Place;
  /** In NFC. */
  readonly text: string;
  /** The link policy took addresses out of its text. */
  readonly lostUrls: boolean;
  /** What goes with the text. */
  readonly input: PostTweetInput;
}

export interface Written {
  readonly text: string;
  readonly weightedLength: number;
  readonly remaining: number;
  readonly hasUrl: boolean;
  readonly problems: readonly Problem[];
}

/** The text to send, which may be absent with media. */
export const readText = ({ place, text, lostUrls, input }: Draft, limit: number): Written => {
  const { refusal, ...examined } = examineText(text, limit, `${place.prefix}text`);
  if (refusal === undefined) return { ...examined, problems: [] };
  const isEmpty = refusal.code === 'TEXT_EMPTY';
  if (isEmpty && input.mediaIds?.length) {
    return { text: '', weightedLength: 0, remaining: limit, hasUrl: false, problems: [] };
  }
  return { ...examined, problems: [explain(refusal, place, isEmpty && lostUrls)] };
};

const explain = (refusal: HeraldError, place: Place, lostUrls: boolean): Problem => ({
  ...problemOf(refusal, place),
  ...(lostUrls ? { message: 'Nothing is left of the text without its addresses.' } : {}),
});
