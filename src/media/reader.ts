import { tmpdir } from 'node:os';
import { HeraldError, type MediaFile, type MediaReader } from '../kernel/index.ts';
import { decodeBase64 } from './base64.ts';
import { type ByteSource, inMemory } from './byte-source.ts';
import { fetchMedia, type MediaNetwork } from './fetch-media.ts';
import { inspect } from './inspect.ts';
import { Refusal } from './refusal.ts';
import { spool } from './spool.ts';

export interface MediaReaderOptions {
  /** The most that comes as a stream: `HERALD_MEDIA_MAX_BYTES`. */
  readonly maxStreamBytes: number;
  /** Whether files are fetched from addresses, and from which hosts alone (exact names): `HERALD_MEDIA_BY_URL`. */
  readonly byUrl: 'off' | 'on' | readonly string[];
  /** Where larger files are kept, encrypted, for as long as they are needed; that of the system when absent. */
  readonly temporaryFolder?: string;
  /** Another way to the hosts of addresses, for tests. */
  readonly network?: MediaNetwork;
}

type Field = 'base64' | 'url' | 'file';

/** Makes the reader; it keeps nothing open between files. */
export function createMediaReader(options: MediaReaderOptions): MediaReader {
  const { maxStreamBytes, byUrl, temporaryFolder = tmpdir(), network = {} } = options;
  return {
    fromBase64: (base64) => take('base64', async () => inMemory(decodeBase64(base64))),
    fromStream: (stream) => take('file', () => spool(stream, maxStreamBytes, temporaryFolder)),
    fromUrl: (url) =>
      take('url', async () => {
        if (byUrl === 'off')
          throw new Refusal('HERALD_MEDIA_BY_URL is off: send base64, or use POST /media.', 'INVALID_INPUT');
        return inMemory(await fetchMedia(url, byUrl === 'on' ? undefined : byUrl, network));
      }),
  };
}

/** Gets the bytes, looks at them, and hands them over as what they are. A {@link Refusal} of either becomes the public error. */
async function take(field: Field, getBytes: () => Promise<ByteSource>): Promise<MediaFile> {
  try {
    return await openFile(await getBytes(), field);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    throw new HeraldError(error.code, { message: error.message, field });
  }
}

async function openFile(source: ByteSource, field: Field): Promise<MediaFile> {
  try {
    const findings = await inspect(source);
    if (field === 'url' && findings.kind === 'VIDEO')
      throw new Refusal('Only pictures and GIFs come from addresses. Send a video to POST /media.');
    return {
      ...findings,
      read: (start, end) => source.read(start, Math.min(end, findings.byteLength)),
      dispose: () => source.dispose(),
    };
  } catch (error) {
    await source.dispose();
    throw error;
  }
}
