import type { Config } from '../config/index.ts';

/** Where browsers and the engine reach Herald, without a slash at the end: the issuer of its tokens. */
export const publicOrigin = ({ signIn, port }: Config): string =>
  signIn.publicUrl?.origin ?? `http://127.0.0.1:${port}`;
