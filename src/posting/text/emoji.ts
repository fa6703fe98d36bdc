/*
 * One emoji as X sees it, whatever number of code points it has (UTS #51, section 1.4.9). Joined sequences follow the
 * grammar and not the list of those in use, so that one from a newer Unicode version than the runtime's counts as one
 * as well. Flags are those in use, because X counts any other pair of letters as two. U+FE0F
 * belongs to an emoji that has a plain text form, and to those below U+10000, where keyboards add it freely.
 */
const presentation = '\\uFE0F';
const joiner = '\\u200D';
const element = [
  '\\p{Emoji_Modifier_Base}\\p{Emoji_Modifier}',
  `[\\p{Emoji}--[\\p{Emoji_Presentation}&&[\\u{10000}-\\u{10FFFF}]]--[0-9#*©®]]${presentation}?`,
  '[\\p{Extended_Pictographic}--[©®]]',
].join('|');

const oneEmoji = [
  '\\p{RGI_Emoji_Flag_Sequence}',
  '\\p{RGI_Emoji_Tag_Sequence}',
  `[0-9#*]${presentation}?\\u20E3`,
  `[©®]${presentation}`,
  `(?:${element})(?:${joiner}(?:${element}))*`,
].join('|');

/** Matches one emoji at a time. Each use makes its own, since a sticky pattern remembers where it was. */
export const createEmojiPattern = (): RegExp => new RegExp(oneEmoji, 'vg');
