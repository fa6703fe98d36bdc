import { type LedgerMedia, type MediaId, parseMediaId } from '../../kernel/index.ts';
import { rules } from '../policy/index.ts';
import type { Facts } from './facts.ts';
import { type Place, type Problem, refuse } from './problem.ts';
import { nothing, type Reading } from './reading.ts';

const mostFiles = 4;
/** A file that X forgets sooner may be gone when the tweet arrives. */
const shortestLifeMs = 120_000;

/** The files of a tweet: known, ready, of this user and X account, and such as X takes together. */
export const readMedia = (ids: readonly string[] | null | undefined, place: Place, facts: Facts): Reading => {
  if (ids == null || ids.length === 0) return nothing;
  const files = ids.map((id) => findFile(id, facts));
  const known = files.filter((file) => file !== undefined);
  return {
    options: {
      mediaIds: known.map(({ id }) => id),
      xMediaIds: known.flatMap(({ xMediaId }) => xMediaId ?? []),
    },
    problems: [
      ...checkNumber(ids, place),
      ...files.flatMap((file, index) => checkFile(file, `mediaIds.${index}`, place, facts)),
      ...checkTogether(known, place),
    ],
  };
};

const findFile = (id: string, { media }: Facts): LedgerMedia | undefined => {
  const mediaId: MediaId | undefined = parseMediaId(id);
  return mediaId && media.get(mediaId);
};

const checkNumber = (ids: readonly string[], place: Place): Problem[] => [
  ...(ids.length > mostFiles
    ? [
        refuse(
          place,
          'mediaIds',
          'INVALID_INPUT',
          `A tweet has at most ${mostFiles} files, not ${ids.length}.`,
        ),
      ]
    : []),
  ...ids.flatMap((id, index) =>
    ids.indexOf(id) < index
      ? [refuse(place, `mediaIds.${index}`, 'INVALID_INPUT', 'The same file is there twice.')]
      : [],
  ),
];

const checkFile = (file: LedgerMedia | undefined, field: string, place: Place, facts: Facts): Problem[] => {
  const fault = file === undefined ? 'There is no such file. Upload it first.' : findFault(file, facts);
  return fault === undefined ? [] : [refuse(place, field, 'MEDIA_INVALID', fault)];
};

const findFault = (file: LedgerMedia, { now, xUserId }: Facts): string | undefined => {
  if (file.state === 'FAILED') return 'X could not make use of this file. Upload another one.';
  if (file.expiresAt.getTime() - now.getTime() < shortestLifeMs) {
    return 'X no longer has this file, or not for long. Upload it again.';
  }
  if (file.state === 'PROCESSING' || file.xMediaId === undefined) {
    const progress = file.progress === undefined ? '' : ` (${file.progress} %)`;
    return `X is still processing this file${progress}. Post it once xMedia says that it is READY.`;
  }
  return xUserId === undefined || file.xUserId === xUserId
    ? undefined
    : 'This file was uploaded for another X account. Upload it for this one.';
};

const checkTogether = (files: readonly LedgerMedia[], place: Place): Problem[] =>
  files.length > 1 && files.some(({ kind }) => kind !== 'IMAGE')
    ? [refuse(place, 'mediaIds', 'MEDIA_INVALID', rules.mediaTogether.sentence)]
    : [];
