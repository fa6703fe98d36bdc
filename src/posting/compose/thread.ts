import type { PostThreadInput, TweetPartInput } from '../../kernel/index.ts';
import {
  examineText,
  gatherUrls,
  isBlank,
  mostParts,
  normalizeText,
  splitText,
  takeOutUrls,
} from '../text/index.ts';
import { type Composition, compose } from './composition.ts';
import type { Facts } from './facts.ts';
import { applyLinkPolicy, type Drafts, refuseUrls } from './links.ts';
import { type Problem, placeInText, placeOfPart, problemOf, refuse, wholeInput } from './problem.ts';

/** What `postThread` would send, what it costs, and what is wrong with it. */
export const composeThread = (input: PostThreadInput, facts: Facts): Composition => {
  const { drafts, problems } = draftsOf(input, facts);
  return compose(drafts, [...checkShape(input), ...problems], input, facts);
};

const draftsOf = (input: PostThreadInput, { weightedLimit }: Facts): Drafts => {
  if (input.parts != null) return draftParts(input.parts, input, weightedLimit);
  if (input.text != null) return draftText(input.text, input, weightedLimit);
  return { drafts: [], problems: [] };
};

const checkShape = ({ parts, text, numbering }: PostThreadInput): Problem[] => {
  if (parts == null && text == null) return [invalid('parts', 'A thread needs either parts or a text.')];
  if (parts == null) return [];
  const { length } = parts;
  return [
    ...(text == null ? [] : [invalid('text', 'A thread has either parts or a text, not both.')]),
    ...(numbering === true ? [invalid('numbering', 'numbering is for a text, not for parts.')] : []),
    ...(length >= 1 && length <= mostParts
      ? []
      : [invalid('parts', `A thread has 1 to ${mostParts} parts, not ${length}.`)]),
  ];
};

const invalid = (field: string, message: string): Problem =>
  refuse(wholeInput, field, 'INVALID_INPUT', message);

const draftParts = (parts: readonly TweetPartInput[], input: PostThreadInput, limit: number): Drafts => {
  const drafts = parts.slice(0, mostParts).map((part, position) => ({
    place: placeOfPart(position),
    text: normalizeText(part.text ?? ''),
    lostUrls: false,
    input: part,
  }));
  return applyLinkPolicy(drafts, input.linkPolicy, limit);
};

const draftText = (given: string, { linkPolicy, numbering }: PostThreadInput, limit: number): Drafts => {
  const problems = linkPolicy === 'REJECT' ? refuseUrls(normalizeText(given), wholeInput) : [];
  const text = linkPolicy === 'STRIP' ? takeOutUrls(normalizeText(given)) : normalizeText(given);
  const { refusal } = examineText(text, Number.MAX_SAFE_INTEGER);
  if (refusal !== undefined) return { drafts: [], problems: [problemOf(refusal, wholeInput)] };
  const texts = splitText(text, {
    limit,
    numbering: numbering === true,
    ...(linkPolicy === 'LAST_PART' ? { rearrange: withUrlsLast } : {}),
  });
  if (texts === undefined) return { drafts: [], problems: [...problems, tooLong(limit)] };
  const drafts = texts.map((part, position) => ({
    place: placeInText(position),
    text: part,
    lostUrls: false,
    input: {},
  }));
  return { drafts, problems };
};

const withUrlsLast = (parts: readonly string[], room: number): readonly string[] =>
  gatherUrls(parts, room).filter((part) => !isBlank(part));

const tooLong = (limit: number): Problem =>
  refuse(
    wholeInput,
    'text',
    'TEXT_TOO_LONG',
    `The text does not fit in ${mostParts} tweets of ${limit} weighted characters.`,
  );
