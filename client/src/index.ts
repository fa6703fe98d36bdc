export type { HeraldDocument, ResultOf, VariablesOf } from './document.ts';
export { type Gesture, gesture, newIdempotencyKey } from './gesture.ts';
export type * from './operations.generated.ts';
export {
  CancelTweetDocument,
  ConnectXAccountDocument,
  DeleteTweetDocument,
  DisconnectXAccountDocument,
  PostThreadDocument,
  PostTweetDocument,
  PreviewTweetDocument,
  ResolveTweetDocument,
  RetryTweetDocument,
  StartXConnectDocument,
  UploadTweetMediaDocument,
  XAccountsDocument,
  XMeDocument,
  XMediaDocument,
} from './operations.generated.ts';
export {
  type Advice,
  advise,
  type Problem,
  type ProblemWith,
  problemOf,
  problemOfPost,
} from './problem.ts';
export { type UploadOptions, uploadMedia } from './upload-media.ts';
