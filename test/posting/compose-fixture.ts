import {
  type LedgerMedia,
  type MediaId,
  parseMediaId,
  parseUserId,
  parseXMediaId,
  parseXUserId,
  type RecentText,
  type XUserId,
} from '../../src/kernel/index.ts';
import type { Composition, Facts } from '../../src/posting/compose/index.ts';

export const now = new Date('2026-11-22T09:30:00Z');
export const later = (ms: number): Date => new Date(now.getTime() + ms);

const known = <T>(id: T | undefined): T => {
  if (id === undefined) throw new Error('The id is malformed.');
  return id;
};

export const own: XUserId = known(parseXUserId('1001'));
export const other: XUserId = known(parseXUserId('1002'));
export const mediaId = (digit: string): MediaId =>
  known(parseMediaId(`0000000${digit}-0000-4000-8000-000000000000`));

/** A picture that can be posted for a day, unless said otherwise. */
export const file = (some: Partial<LedgerMedia>): LedgerMedia => ({
  id: mediaId('1'),
  userId: known(parseUserId('user-1')),
  xUserId: own,
  accountId: undefined,
  kind: 'IMAGE',
  state: 'READY',
  progress: undefined,
  altText: undefined,
  xMediaId: known(parseXMediaId('9000000000000000001')),
  expiresAt: later(86_400_000),
  checkAt: undefined,
  createdAt: now,
  ...some,
});

/** Four pictures (1 to 4), a video (5), two GIFs (6 and 7), and whatever a test adds. */
const files: readonly LedgerMedia[] = [
  ...['1', '2', '3', '4'].map((digit) =>
    file({ id: mediaId(digit), xMediaId: known(parseXMediaId(`900000000000000000${digit}`)) }),
  ),
  file({ id: mediaId('5'), kind: 'VIDEO' }),
  file({ id: mediaId('6'), kind: 'GIF' }),
  file({ id: mediaId('7'), kind: 'GIF' }),
];

export const factsOf = (some: Partial<Omit<Facts, 'media'>> & { files?: readonly LedgerMedia[] }): Facts => {
  const { files: added = [], ...facts } = some;
  return {
    plan: 'self-serve',
    weightedLimit: 280,
    media: new Map([...files, ...added].map((one) => [one.id, one])),
    xUserId: own,
    replyTarget: 'none',
    recentTexts: [],
    now,
    ...facts,
  };
};

export const recent = (xUserId: XUserId, text: string, live = true): RecentText => ({ xUserId, text, live });

/** Code and field of what stands in the way. */
export const blocking = ({ problems }: Composition): string[] =>
  problems.filter((problem) => problem.blocking).map(({ code, field }) => `${code} ${field ?? ''}`);

/** Code, position and field of what does not. */
export const warningsOf = ({ problems }: Composition): string[] =>
  problems
    .filter((problem) => !problem.blocking)
    .map(({ code, position, field }) => `${code} ${position ?? ''} ${field ?? ''}`);

export const texts = ({ parts }: Composition): string[] => parts.map(({ text }) => text);
