export { hasUrl, hostOf, replaceUrls, takeOutUrls, urlsOf } from './addresses.ts';
export { checkTweetText, examineText, findInvalid, isBlank, normalizeText } from './check.ts';
export { findCashtags, findMentions } from './entities.ts';
export { gatherUrls, mostParts, splitText } from './split.ts';
export { measureText, weightLimit } from './weighted-length.ts';
