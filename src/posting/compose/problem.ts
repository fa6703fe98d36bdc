import { type AnswerErrorCode, answerErrors, HeraldError, type UserAction } from '../../kernel/index.ts';
import { type RuleName, rules, type WarningCode, warnings } from '../policy/index.ts';

/** What stands in the way of a post, or what its author may want to know; the SDL's `TweetProblem`. */
export interface Problem {
  readonly code: AnswerErrorCode | WarningCode;
  readonly message: string;
  readonly userAction: UserAction;
  /** Whether posting is refused because of it. */
  readonly blocking: boolean;
  /** The part that it is about. */
  readonly position: number | undefined;
  /** The field of the input that it is about, e.g. `parts.3.text`. */
  readonly field: string | undefined;
}

/** Which part of a post something is about, and where in the input that part stands. */
export interface Place {
  readonly position: number | undefined;
  /** Before a field's name, e.g. `parts.3.`. */
  readonly prefix: string;
}

/** The input as a whole. */
export const wholeInput: Place = { position: undefined, prefix: '' };
/** A tweet that is the input itself, or comes of its text. */
export const placeInText = (position: number): Place => ({ position, prefix: '' });
export const placeOfPart = (position: number): Place => ({ position, prefix: `parts.${position}.` });

/** What posting is refused with. */
export const refuse = (
  place: Place,
  field: string,
  code: AnswerErrorCode,
  message: string = answerErrors[code].message,
): Problem => ({
  code,
  message,
  userAction: answerErrors[code].userAction,
  blocking: true,
  position: place.position,
  field: place.prefix + field,
});

/** What X would refuse by one of its rules. */
export const refuseByRule = (place: Place, field: string, rule: RuleName): Problem =>
  refuse(place, field, 'POLICY_REJECTED', `${rules[rule].sentence} ${rules[rule].remedy}`);

export const warn = (
  place: Place,
  field: string,
  code: WarningCode,
  message: string = warnings[code].message,
): Problem => ({
  code,
  message,
  userAction: warnings[code].userAction,
  blocking: false,
  position: place.position,
  field: place.prefix + field,
});

/** What a refusal of a part says, which names its field itself. */
export const problemOf = (refusal: HeraldError, { position }: Place): Problem => ({
  code: refusal.code,
  message: refusal.message,
  userAction: refusal.userAction,
  blocking: true,
  position,
  field: refusal.field,
});

/** What posting throws: the first thing that stands in the way, or undefined when nothing does. */
export const firstBlocking = ({
  problems,
}: {
  readonly problems: readonly Problem[];
}): HeraldError | undefined => {
  const first = problems.find(({ blocking }) => blocking);
  if (first === undefined || !isAnswerCode(first.code)) return undefined;
  const { code, message, field } = first;
  return new HeraldError(code, { message, ...(field === undefined ? {} : { field }) });
};

const isAnswerCode = (code: Problem['code']): code is AnswerErrorCode => Object.hasOwn(answerErrors, code);
