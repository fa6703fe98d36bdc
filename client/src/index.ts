export type { HeraldDocument, ResultOf, VariablesOf } from './document.ts';
export { type Gesture, gesture, newIdempotencyKey } from './gesture.ts';
export type * from './operations.generated.ts';
export {
  CancelTweetDocument,
  ConnectXAccountDocument,
  DisconnectXAccountDocument,
  PostTweetDocument,
  ResolveTweetDocument,
  RetryTweetDocument,
  StartXConnectDocument,
  XAccountsDocument,
  XMeDocument,
} from './operations.generated.ts';
export {
  type Advice,
  advise,
  type Problem,
  type ProblemWith,
  problemOf,
  problemOfPost,
} from './problem.ts';
