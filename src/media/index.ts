export type { MediaNetwork } from './fetch-media.ts';
export { createMediaReader, type MediaReaderOptions } from './reader.ts';
