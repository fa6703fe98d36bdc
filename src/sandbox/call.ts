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
  /** Hides what is younger than this: the fault `timeline-lag`. */
  readonly lagMs: number;
}
