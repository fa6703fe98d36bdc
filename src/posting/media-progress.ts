import { setTimeout as sleep } from 'node:timers/promises';
import {
  HeraldError,
  type LedgerMedia,
  type MediaChange,
  parseMediaId,
  type Session,
  type XCredentials,
  type XMedia,
  type XMediaId,
  type XMediaStatus,
  type XRead,
} from '../kernel/index.ts';
import type { PostingTools } from './tools.ts';

/** How long an upload waits for X to be done with the file, before its user has to ask again. */
const WAITS_FOR_MS = 8_000;
const LOOKS_AGAIN_AFTER_MS = 1_000;
/** X is done with every file long before; one that it never finishes is not waited for. */
const GIVES_UP_AFTER_MS = 3_600_000;

/** A file of the caller; while X is processing it, X is asked, but not more often than it wishes. */
export const xMedia = async (tools: PostingTools, session: Session, value: string): Promise<XMedia> => {
  const id = parseMediaId(value);
  const [media] = id === undefined ? [] : await tools.mediaStore.find(session.userId, [id]);
  if (media === undefined) throw new HeraldError('NOT_FOUND');
  const { xMediaId, checkAt, accountId } = media;
  const now = tools.now();
  if (media.state !== 'PROCESSING' || xMediaId === undefined || (checkAt ?? now) > now)
    return toXMedia(media);
  return tools.useCredentials(session, accountId, async (credentials) => {
    // The credentials that come along need not be of the account that the file was uploaded for.
    if (credentials.xUserId !== media.xUserId) return toXMedia(media);
    const status = await tools.x.mediaStatus(credentials, xMediaId);
    return toXMedia(await note(tools, media, status));
  });
};

/** The file once X is done with it, or as it is when its uploader has waited long enough. */
export const waitForX = async (
  tools: PostingTools,
  credentials: XCredentials,
  stored: LedgerMedia,
  xMediaId: XMediaId,
): Promise<LedgerMedia> => {
  const until = performance.now() + Math.min(WAITS_FOR_MS, tools.answerWithinMs);
  let media = stored;
  while (media.state === 'PROCESSING') {
    const pause = Math.max(LOOKS_AGAIN_AFTER_MS, (media.checkAt?.getTime() ?? 0) - tools.now().getTime());
    if (performance.now() + pause > until) break;
    await sleep(pause);
    media = await note(tools, media, await tools.x.mediaStatus(credentials, xMediaId));
  }
  return media;
};

/** What X said of a file that it was processing; when it said nothing, it is asked again later. */
const note = async (
  tools: PostingTools,
  media: LedgerMedia,
  read: XRead<XMediaStatus>,
): Promise<LedgerMedia> => {
  if (!read.ok)
    return read.code === 'X_REJECTED' ? tools.mediaStore.change(media.id, { state: 'FAILED' }) : media;
  const isLate = tools.now().getTime() > media.createdAt.getTime() + GIVES_UP_AFTER_MS;
  return isLate && read.value.state === 'PROCESSING'
    ? tools.mediaStore.change(media.id, { state: 'FAILED' })
    : tools.mediaStore.change(media.id, changeOf(tools, read.value));
};

/** What to keep of what X said. */
export const changeOf = (
  { now }: PostingTools,
  { xMediaId, state, progress, checkAfterMs, expiresAfterMs }: XMediaStatus,
): MediaChange => ({
  xMediaId,
  state,
  progress,
  checkAt: inFuture(now(), checkAfterMs),
  expiresAt: inFuture(now(), expiresAfterMs),
});

const inFuture = (now: Date, afterMs: number | undefined): Date | undefined =>
  afterMs === undefined ? undefined : new Date(now.getTime() + afterMs);

/** A file of the ledger as its user sees it. */
export const toXMedia = ({ id, kind, state, progress, altText, expiresAt }: LedgerMedia): XMedia => ({
  id,
  kind,
  state,
  progress: progress ?? null,
  altText: altText ?? null,
  expiresAt: expiresAt.toISOString(),
});
