import { type ITwitterApiClientPlugin, TwitterApi, type TwitterResponse } from 'twitter-api-v2';
import type { Secret, XCredentials } from '../kernel/index.ts';
import { Exchange, type Reply } from './exchange.ts';
import { ConnectionPool } from './pool.ts';

/** The origin that the library has built in; every address it makes starts with it. */
const LIBRARY_ORIGIN = 'https://api.x.com/';
const DEFAULT_IDLE_REUSE_MS = 2_000;
const DEFAULT_MAX_RESPONSE_BYTES = 1024 * 1024;

export interface TransportOptions {
  /** OAuth 1.0a consumer of the application. */
  readonly appKey: string;
  readonly appSecret: Secret<string>;
  /** Where X is; only its origin counts. Plain http is for a simulated X. */
  readonly apiUrl: URL;
  /** From the call to the last byte of the answer, by the monotonic clock, for one request. */
  readonly deadlineMs: number;
  /** A connection that was idle for longer is not used again; 2000 when absent. */
  readonly idleReuseMs?: number;
  /** An answer that is longer is cut here; 1 MiB when absent. */
  readonly maxResponseBytes?: number;
  /** A certificate authority in PEM to trust instead of the usual ones. */
  readonly ca?: string;
}

/** A token and its secret: an account's, or a request token's in the middle of a sign-in. */
export interface TokenPair {
  readonly accessToken: string;
  readonly accessSecret: string;
}

/** The readable pair of an account, for {@link Transport.send} alone. */
export const revealTokens = ({ accessToken, accessTokenSecret }: XCredentials): TokenPair => ({
  accessToken: accessToken.reveal(),
  accessSecret: accessTokenSecret.reveal(),
});

/** One call of the library; what it returns or throws is not looked at. */
export type Call = (api: TwitterApi) => Promise<TwitterResponse<unknown>>;

export interface Transport {
  /**
   * Signs and sends one request, once. Never throws and never sends again.
   * `beforeSend` runs after the request is signed and before a byte is written; when it throws nothing is sent.
   */
  send(tokens: TokenPair | undefined, call: Call, beforeSend?: () => void): Promise<Reply>;
  close(): void;
}

/** Passed with every call: the whole response, and no parsing, since the body is read from the {@link Exchange}. */
export const unparsed = { fullResponse: true, forceParseMode: 'none' } as const;

/** Makes what the library lacks: another origin, a deadline, a size limit, and connections with a rule. */
export function createTransport(options: TransportOptions): Transport {
  const { appKey, appSecret, apiUrl, deadlineMs, maxResponseBytes = DEFAULT_MAX_RESPONSE_BYTES } = options;
  const origin = `${apiUrl.origin}/`;
  const pool = new ConnectionPool({
    secure: apiUrl.protocol === 'https:',
    idleReuseMs: options.idleReuseMs ?? DEFAULT_IDLE_REUSE_MS,
    ca: options.ca,
  });

  const createApi = (
    tokens: TokenPair | undefined,
    exchange: Exchange,
    beforeSend?: () => void,
  ): TwitterApi =>
    new TwitterApi(
      { appKey, appSecret: appSecret.reveal(), ...tokens },
      { httpAgent: pool, compression: 'identity', plugins: [createPlugin(origin, exchange, beforeSend)] },
    );

  async function send(tokens: TokenPair | undefined, call: Call, beforeSend?: () => void): Promise<Reply> {
    const exchange = new Exchange(maxResponseBytes);
    const deadline = setTimeout(() => exchange.abort('DEADLINE'), deadlineMs);
    try {
      await call(createApi(tokens, exchange, beforeSend));
    } catch (error) {
      if (!exchange.begun) exchange.fail(error instanceof Error ? error.name : 'Error');
    } finally {
      clearTimeout(deadline);
    }
    const reply = exchange.reply(pool.isEstablished);
    exchange.finish();
    return reply;
  }

  return { send, close: () => pool.close() };
}

/** The library's two hooks: the address is set before signing, so that what is signed is the request as sent. */
function createPlugin(origin: string, exchange: Exchange, beforeSend?: () => void): ITwitterApiClientPlugin {
  return {
    onBeforeRequestConfig({ params }) {
      if (!params.url.startsWith(LIBRARY_ORIGIN)) throw new Error('an address of the library is not known');
      params.url = origin + params.url.slice(LIBRARY_ORIGIN.length);
    },
    onBeforeRequest({ requestOptions }) {
      Object.assign(requestOptions, { exchange });
      exchange.cancelled = true;
      beforeSend?.();
      exchange.cancelled = false;
    },
  };
}
