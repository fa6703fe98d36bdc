import { findHostEnd } from './hosts.ts';

/** Where an address stands in a text, in UTF-16 units; `end` is exclusive. */
export interface UrlSpan {
  readonly start: number;
  readonly end: number;
}

/*
 * X shortens what its own published rules (twitter-text, config v3) call an address, which is not what RFC 3986 says:
 * the scheme is optional, the host needs a known top level domain, and other scripts may stand right next to it.
 */
const notText = '\\uFFFE\\uFEFF\\uFFFF';
const directions = '\\u061C\\u200E\\u200F\\u202A-\\u202E\\u2066-\\u2069';
const latinExtended =
  '\\u00C0-\\u00D6\\u00D8-\\u00F6\\u00F8-\\u024F\\u0253\\u0254\\u0256\\u0257\\u0259\\u025B\\u0263\\u0268\\u026F\\u0272' +
  '\\u0289\\u028B\\u02BB\\u0300-\\u036F\\u1E00-\\u1EFF';
const latin = `a-z0-9${latinExtended}`;

/** A mention, a hashtag or a cashtag is no address, and neither is the middle of a word. */
const scheme = new RegExp(`(?<![a-z0-9@＠$#＃${notText}])https?://`, 'gi');
/** After a scheme a host is of any script: all but ASCII punctuation, spaces and marks. */
const hostOfAnyScript = new RegExp(`[^!-,/:-@[-^\`{-~\\s\\u0085\\u180E${directions}${notText}]+`, 'iuy');
/** Without a scheme it is Latin, so that it can end where another script begins. */
const otherScript = `[^\\x00-\\x7f${latinExtended}\\s\\u0085\\u180E${directions}${notText}]`;
const latinHostStart = `(?<![${latin}._@＠$#＃/${notText}-])|(?<=${otherScript}\\.)`;
const latinHost = new RegExp(`(?:${latinHostStart})[${latin}][${latin}._-]*`, 'giu');

const port = /:[0-9]+/y;
/** One step of a path: a character, or brackets with at most one more pair inside. The group: it may not end a path. */
const pathCharacter = `[a-z0-9${latinExtended}\\u0400-\\u04FF!*';:=+,.$/%#[\\]\\-\\u2013_~@|&]`;
const brackets = `\\((?:${pathCharacter}+|${pathCharacter}*\\(${pathCharacter}+\\)${pathCharacter}*)\\)`;
const pathStep = new RegExp(`([!*';:,.$%[\\]\\u2013~@|&])|${pathCharacter}|${brackets}`, 'iuy');
const queryStep = /([!?*'@();:$%[\].,~|+])|[a-z0-9\-_&=#/]/iy;
const shortLink = /https?:\/\/t\.co\/[a-z0-9]+/iy;

const longestUrl = 4096;
const longestSlug = 40;

/** The spans of all addresses that X shortens, in order and apart from each other. Linear in the text's length. */
export const findUrls = (text: string): UrlSpan[] => {
  if (!text.includes('.')) return [];
  const spans: UrlSpan[] = [];
  let end = 0;
  for (const url of [...findUrlsWithScheme(text), { start: text.length, end: text.length }]) {
    if (url.start < end) continue;
    const before = findUrlsWithoutScheme(text, end, url.start);
    spans.push(...before);
    end = before.at(-1)?.end ?? end;
    // The path of an address without a scheme may contain one with a scheme, and the last step stands for the text's end.
    if (url.start < end || url.start === text.length) continue;
    spans.push(url);
    end = url.end;
  }
  return spans;
};

const findUrlsWithScheme = (text: string): UrlSpan[] => {
  const spans: UrlSpan[] = [];
  let end = 0;
  for (const match of text.matchAll(scheme)) {
    const start = match.index;
    if (start < end) continue;
    const hostStart = start + match[0].length;
    const hostEnd = findHostEnd(text, hostStart, textAt(hostOfAnyScript, text, hostStart));
    if (hostEnd === undefined) continue;
    end = findEndAfterHost(text, start, hostEnd);
    if (end - start <= longestUrl && !isTooLongSlug(text, start)) spans.push({ start, end });
  }
  return spans;
};

/** The path of X's own short links has nothing but letters and digits. */
const findEndAfterHost = (text: string, start: number, hostEnd: number): number => {
  const link = textAt(shortLink, text, start);
  return findQueryEnd(text, link === '' ? findPathEnd(text, hostEnd) : start + link.length);
};

const isTooLongSlug = (text: string, start: number): boolean => {
  const link = textAt(shortLink, text, start);
  return link.length - link.lastIndexOf('/') - 1 > longestSlug;
};

const findUrlsWithoutScheme = (text: string, from: number, to: number): UrlSpan[] => {
  const spans: UrlSpan[] = [];
  latinHost.lastIndex = from;
  for (let match = latinHost.exec(text); match !== null && match.index < to; match = latinHost.exec(text)) {
    const hostEnd = findHostEnd(text, match.index, match[0]);
    if (hostEnd === undefined) continue;
    const start = match.index + match[0].lastIndexOf('_', hostEnd - match.index - 1) + 1;
    const pathStart = hostEnd + textAt(port, text, hostEnd).length;
    const end = text[pathStart] === '/' ? findQueryEnd(text, findPathEnd(text, hostEnd)) : hostEnd;
    spans.push({ start, end });
    latinHost.lastIndex = Math.max(end, latinHost.lastIndex);
  }
  return spans;
};

/** Past a port and a path. */
const findPathEnd = (text: string, hostEnd: number): number => {
  const pathStart = hostEnd + textAt(port, text, hostEnd).length;
  return text[pathStart] === '/' ? findLastEnding(pathStep, text, pathStart + 1) : pathStart;
};

const findQueryEnd = (text: string, pathEnd: number): number => {
  if (text[pathEnd] !== '?') return pathEnd;
  const end = findLastEnding(queryStep, text, pathEnd + 1);
  return end === pathEnd + 1 ? pathEnd : end;
};

/** Walks by `step` from `start`; the end of the last step that may be an end: punctuation after an address is not of it. */
const findLastEnding = (step: RegExp, text: string, start: number): number => {
  let end = start;
  step.lastIndex = start;
  for (let match = step.exec(text); match !== null; match = step.exec(text)) {
    if (match[1] === undefined) end = step.lastIndex;
  }
  return end;
};

/** What the sticky `pattern` matches right at `index`, or the empty string. */
const textAt = (pattern: RegExp, text: string, index: number): string => {
  pattern.lastIndex = index;
  return pattern.exec(text)?.[0] ?? '';
};
