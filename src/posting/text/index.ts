export { checkTweetText } from './check.ts';
export { measureText } from './weighted-length.ts';
