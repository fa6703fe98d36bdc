import type { DueFault } from './faults.ts';
import type { User } from './users.ts';

/** One API request after its signature was verified. */
export interface Call {
  /** Who signed it; undefined only under /oauth. */
  readonly user: User;
  /** Values of the path, e.g. `id`. */
  readonly path: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  /** The content type in lower case without its parameters. */
  readonly contentType: string;
  readonly body: string;
  /** The fields of a multipart body: a file is its bytes. */
  readonly parts: Readonly<Record<string, unknown>>;
  /** The fault that is due for this request, for those operations that do something else under one. */
  readonly fault: DueFault | undefined;
}
