import { domainToASCII } from 'node:url';
import tlds from 'tlds' with { type: 'json' };

const topLevelDomains: ReadonlySet<string> = new Set(tlds);
const longestTopLevelDomain = Math.max(...tlds.map(({ length }) => length));

/** RFC 1035 section 2.3.4. */
const longestLabel = 63;

/**
 * Where the host ends that begins at `start`, as the longest run of labels before a known top level domain, or undefined
 * when there is none. `run` is the text from `start` in which a host can be; only a top level domain may go past it.
 */
export const findHostEnd = (text: string, start: number, run: string): number | undefined => {
  const labels = readLabels(run, start);
  for (const label of labels.toReversed()) {
    if (!label.follows) continue;
    const end = findTopLevelDomainEnd(text, label.start);
    if (end !== undefined) return end;
  }
  return undefined;
};

interface Label {
  readonly start: number;
  /** What stands before it makes it a possible top level domain: sound labels, the last of them without `_`. */
  readonly follows: boolean;
}

const readLabels = (run: string, start: number): Label[] => {
  let soFar = true;
  let follows = false;
  let index = start;
  return run.split('.').map((text) => {
    const label = { start: index, follows };
    index += text.length + 1;
    soFar &&= isSubdomain(text);
    follows = soFar && !text.includes('_');
    return label;
  });
};

/** Hyphens and underscores stand inside only. */
const isSubdomain = (label: string): boolean => /^[^_-](?:.*[^_-])?$/su.test(label) && fits(label);

/** At most 63 characters as they go over the wire, in punycode where need be. */
const fits = (label: string): boolean => {
  if (label.length > longestLabel) return false;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the range of ASCII
  if (/^[\x00-\x7f]*$/.test(label)) return true;
  const encoded = domainToASCII(label.replaceAll('_', ''));
  return encoded !== '' && encoded.length <= longestLabel;
};

/** A top level domain ends where no letter, digit, `@`, `+` or `-` follows; another script may. */
const findTopLevelDomainEnd = (text: string, start: number): number | undefined => {
  const encoded = /xn--[-0-9a-z]+/iy;
  encoded.lastIndex = start;
  if (encoded.test(text)) return encoded.lastIndex;
  const candidate = text.slice(start, start + longestTopLevelDomain).toLowerCase();
  for (let length = candidate.length; length > 1; length -= 1) {
    const isEnd = !/[0-9a-z@+-]/i.test(text.charAt(start + length));
    if (isEnd && topLevelDomains.has(candidate.slice(0, length))) return start + length;
  }
  return undefined;
};
