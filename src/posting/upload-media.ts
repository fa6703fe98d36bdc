import {
  HeraldError,
  type LedgerMedia,
  type MediaFile,
  type Session,
  type UploadTweetMediaInput,
  type XCredentials,
  type XMedia,
  type XRead,
} from '../kernel/index.ts';
import { overBudget } from './budget.ts';
import { changeOf, toXMedia, waitForX } from './media-progress.ts';
import { prices } from './policy/index.ts';
import { valueOrThrow } from './read-value.ts';
import type { PostingTools } from './tools.ts';

const LONGEST_ALT_TEXT = 1_000;
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
