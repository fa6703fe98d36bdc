export { checkTweetText } from './check.ts';
export { type MeasuredText, measureText, weightLimit } from './weighted-length.ts';
