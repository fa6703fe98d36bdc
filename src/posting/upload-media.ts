import { setTimeout as sleep } from 'node:timers/promises';
import {
  HeraldError,
  type LedgerMedia,
  type MediaFile,
  parseMediaId,
  type Session,
  type UploadTweetMediaInput,
  type XCredentials,
  type XMedia,
  type XMediaId,
  type XMediaStatus,
  type XRead,
} from '../kernel/index.ts';
import { overBudget } from './budget.ts';
import { prices } from './policy/index.ts';
import { valueOrThrow } from './read-value.ts';
import type { PostingTools } from './tools.ts';

const LONGEST_ALT_TEXT = 1_000;
/** How long an upload waits for X to be done with the file, before its user has to ask again. */
const WAITS_FOR_MS = 8_000;
const LOOKS_AGAIN_AFTER_MS = 1_000;
/** X is done with every file long before; one that it never finishes is not waited for. */
const GIVES_UP_AFTER_MS = 3_600_000;

/**
 * Uploads a file that came as base64 or is at an address. Throws `MEDIA_INVALID` with the field for what X would refuse, and
 * `INVALID_INPUT`, `BUDGET_EXCEEDED`, `ACCOUNT_REQUIRED`, `RATE_LIMITED`, `TEMPORARILY_UNAVAILABLE`; then no tweet can use it.
 */
export const uploadTweetMedia = async (
  tools: PostingTools,
  session: Session,
  { base64, url, altText, accountId }: UploadTweetMediaInput,
): Promise<XMedia> => {
  if ((base64 == null) === (url == null)) {
    throw invalid('base64', 'Send either base64 or url.');
  }
  const description = readAltText(altText);
  const field = base64 == null ? 'url' : 'base64';
  // Nobody else's server is asked for a file that nobody could post.
  if (base64 == null) await tools.useCredentials(session, accountId, async () => undefined);
  const file = await (base64 == null
    ? tools.mediaReader.fromUrl(url ?? '')
    : tools.mediaReader.fromBase64(base64));
  return uploadFile(tools, session, file, { altText: description, accountId, field });
};

/** The same for a file that comes as a stream. */
export const uploadMediaStream = async (
  tools: PostingTools,
  session: Session,
  stream: AsyncIterable<Uint8Array>,
  { altText, accountId }: Pick<UploadTweetMediaInput, 'altText' | 'accountId'>,
): Promise<XMedia> => {
  const description = readAltText(altText);
  // Before the file comes in: nobody is to send 64 MB to hear that there is no account.
  await tools.useCredentials(session, accountId, async () => undefined);
  const file = await tools.mediaReader.fromStream(stream);
  return uploadFile(tools, session, file, { altText: description, accountId, field: 'file' });
};

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

/** What was said about a file. */
interface About {
  readonly altText: string | undefined;
  readonly accountId: string | null | undefined;
  /** Where it came in. */
  readonly field: 'base64' | 'url' | 'file';
}

const uploadFile = async (
  tools: PostingTools,
  session: Session,
  file: MediaFile,
  { altText, accountId, field }: About,
): Promise<XMedia> => {
  try {
    return await tools.useCredentials(session, accountId, async (credentials) => {
      const { kind, mimeType, byteLength } = file;
      const begun = await tools.mediaStore.begin({
        id: tools.newMediaId(),
        userId: session.userId,
        xUserId: credentials.xUserId,
        accountId: credentials.accountId,
        kind,
        mimeType,
        byteLength,
        altText,
        costMicroUsd: altText === undefined ? 0 : prices.altText.microUsd,
      });
      if (begun.kind === 'over_budget') throw overBudget(begun);
      return toXMedia(await uploadBegun(tools, credentials, begun, file, field));
    });
  } finally {
    await file.dispose();
  }
};

/** Whatever goes wrong, the row says FAILED and its user why. */
const uploadBegun = async (
  tools: PostingTools,
  credentials: XCredentials,
  media: LedgerMedia,
  file: MediaFile,
  field: About['field'],
): Promise<LedgerMedia> => {
  try {
    const uploaded = valueOrRefusal(tools, await tools.x.uploadMedia(credentials, file), field);
    if (media.altText !== undefined) {
      const described = await tools.x.describeMedia(credentials, uploaded.xMediaId, media.altText);
      valueOrRefusal(tools, described, 'altText');
    }
    const stored = await tools.mediaStore.change(media.id, changeOf(tools, uploaded));
    return await waitForX(tools, credentials, stored, uploaded.xMediaId);
  } catch (error) {
    await tools.mediaStore.change(media.id, { state: 'FAILED' }).catch(() => undefined);
    throw error;
  }
};

const waitForX = async (
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

const changeOf = (
  { now }: PostingTools,
  { xMediaId, state, progress, checkAfterMs, expiresAfterMs }: XMediaStatus,
) => ({
  xMediaId,
  state,
  progress,
  checkAt: inFuture(now(), checkAfterMs),
  expiresAt: inFuture(now(), expiresAfterMs),
});

const inFuture = (now: Date, afterMs: number | undefined): Date | undefined =>
  afterMs === undefined ? undefined : new Date(now.getTime() + afterMs);

/** What X gave; throws `MEDIA_INVALID` with the field when X will not have it, and as `valueOrThrow` when X gave nothing. */
const valueOrRefusal = <T>({ now }: PostingTools, read: XRead<T>, field: About['field'] | 'altText'): T => {
  if (read.ok || !['X_REJECTED', 'X_FORBIDDEN'].includes(read.code)) return valueOrThrow(read, now());
  const what = field === 'altText' ? 'this alt text' : 'this file';
  throw new HeraldError('MEDIA_INVALID', { field, message: `X did not take ${what}. Send another one.` });
};

const readAltText = (value: string | null | undefined): string | undefined => {
  if (value === null || value === undefined) return undefined;
  const characters = [...value].length;
  if (value.trim() === '')
    throw invalid('altText', 'altText must say what is to be seen; leave it out if there is nothing to say.');
  if (/(?![\t\n\r])\p{Cc}|\p{Cs}/u.test(value))
    throw invalid('altText', 'altText has a control character, or half of a character.');
  if (characters <= LONGEST_ALT_TEXT) return value.normalize('NFC');
  throw invalid('altText', `altText has ${characters} characters; X takes ${LONGEST_ALT_TEXT}.`);
};

const invalid = (field: string, message: string): HeraldError =>
  new HeraldError('INVALID_INPUT', { field, message });

const toXMedia = ({ id, kind, state, progress, altText, expiresAt }: LedgerMedia): XMedia => ({
  id,
  kind,
  state,
  progress: progress ?? null,
  altText: altText ?? null,
  expiresAt: expiresAt.toISOString(),
});
