/** An error as the engine shows it to a client of `/v1/graphql`. */
export interface ShownError {
  readonly message: string;
  readonly extensions: unknown;
}

interface Details {
  readonly path?: string;
  /** A handler's own `extensions`, which replace path and code. */
  readonly extensions?: unknown;
  /** What admins and the development mode see beside path and code. */
  readonly internal?: unknown;
}

/** Whatever makes the engine answer `{"errors": [...]}` by itself. */
export class EngineError extends Error {
  readonly code: string;
  readonly path: string;
  readonly extensions: unknown;
  readonly internal: unknown;

  constructor(message: string, code: string, { path = '$', extensions, internal }: Details = {}) {
    super(message);
    this.code = code;
    this.path = path;
    this.extensions = extensions;
    this.internal = internal;
  }

  /** As a GraphQL error: a handler's extensions exactly, otherwise path and code. */
  show(showInternal: boolean): ShownError {
    const { message, path, code, extensions, internal } = this;
    if (extensions !== undefined) return { message, extensions };
    const more = showInternal && internal !== undefined ? { internal } : {};
    return { message, extensions: { path, code, ...more } };
  }

  /** As the log of asynchronous actions keeps it: without a handler's extensions. */
  log(): { error: string; path: string; code: string } {
    return { error: this.message, path: this.path, code: this.code };
  }
}

/** The errors of a remote schema, which reach the client as they are. */
export class RemoteErrors extends Error {
  readonly errors: readonly unknown[];

  constructor(errors: readonly unknown[]) {
    super('The remote schema answered with errors.');
    this.errors = errors;
  }
}

export const unexpected = (message: string, internal?: unknown): EngineError =>
  new EngineError(message, 'unexpected', { internal });

export type JsonObject = Readonly<Record<string, unknown>>;

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
