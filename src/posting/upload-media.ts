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
import { refusalOf } from './read-value.ts';
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
  const file = await (base64 == null
    ? tools.mediaReader.fromUrl(url ?? '')
    : tools.mediaReader.fromBase64(base64));
  return uploadFile(tools, session, file, { altText: description, accountId });
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
  return uploadFile(tools, session, file, { altText: description, accountId });
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
    const status = await tools.x.mediaStatus(credentials, xMediaId);
    return toXMedia(await note(tools, media, status));
  });
};

const uploadFile = async (
  tools: PostingTools,
  session: Session,
  file: MediaFile,
  {
    altText,
    accountId,
  }: { readonly altText: string | undefined; readonly accountId: string | null | undefined },
): Promise<XMedia> => {
  try {
    return await tools.useCredentials(session, accountId, async (credentials) => {
      const { kind, mimeType, byteLength } = file;
      const begun = await tools.mediaStore.begin({
        id: tools.newMediaId(),
        userId: session.userId,
        xUserId: credentials.xUserId,
        accountId: credentials.accountId,
        kind: kind,
        mimeType,
        byteLength,
        altText,
        costMicroUsd: altText === undefined ? 0 : prices.altText.microUsd,
      });
      if (begun.kind === 'over_budget') throw overBudget(begun);
      return toXMedia(await uploadBegun(tools, credentials, begun, file));
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
): Promise<LedgerMedia> => {
  try {
    const uploaded = answerOrThrow(tools, await tools.x.uploadMedia(credentials, file));
    if (media.altText !== undefined)
      answerOrThrow(tools, await tools.x.describeMedia(credentials, uploaded.xMediaId, media.altText));
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
  const isLate = tools.now().getTime() > media.createdAt.getTime() + GIVES_UP_AFTER_MS;
  if (read.ok && (read.value.state !== 'PROCESSING' || !isLate))
    return tools.mediaStore.change(media.id, changeOf(tools, read.value));
  if (isLate || (!read.ok && read.code === 'X_REJECTED'))
    return tools.mediaStore.change(media.id, { state: 'FAILED' });
  return media;
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

const answerOrThrow = <T>({ now }: PostingTools, read: XRead<T>): T => {
  if (read.ok) return read.value;
  if (read.code === 'X_REJECTED' || read.code === 'X_FORBIDDEN')
    throw new HeraldError('MEDIA_INVALID', { message: 'X did not take the file.' });
  throw refusalOf(read, now());
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
