import { isIP } from 'node:net';
import type { Problems, Reader } from './read.ts';

export interface MediaConfig {
  /** How large a file that comes to `POST /media` may be. */
  readonly maxBytes: number;
  /** Whether files are fetched from addresses that users name; a list names the only hosts. */
  readonly byUrl: 'off' | 'on' | readonly string[];
}

const MIB = 1024 * 1024;

export const readMedia = (reader: Reader, problems: Problems): MediaConfig => ({
  maxBytes: reader.integer('HERALD_MEDIA_MAX_BYTES', 64 * MIB, { min: MIB, max: 512 * MIB }),
  byUrl: readByUrl(reader, problems),
});

const readByUrl = (reader: Reader, problems: Problems): MediaConfig['byUrl'] => {
  const value = reader.text('HERALD_MEDIA_BY_URL') ?? 'off';
  if (value === 'off' || value === 'on') return value;
  const hosts = reader.list('HERALD_MEDIA_BY_URL', []);
  const wrong = hosts.length === 0 ? value : hosts.find((host) => !isHostName(host));
  if (wrong !== undefined) {
    problems.add(
      'HERALD_MEDIA_BY_URL',
      `must be off, on or host names separated by commas, such as images.example.com, not ${JSON.stringify(wrong.slice(0, 60))}.`,
    );
  }
  return hosts;
};

/** As a URL has it: lower case, letters and digits, at least one dot, and no address. */
const isHostName = (text: string): boolean =>
  /^(?!-)[a-z0-9-]+(\.[a-z0-9-]+)+$/.test(text) &&
  isIP(text) === 0 &&
  URL.canParse(`https://${text}/`) &&
  new URL(`https://${text}/`).hostname === text;
