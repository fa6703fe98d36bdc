/** A user of the sandbox, as `POST /_sandbox/users` gives one. */
export interface XAccount {
  readonly id: string;
  readonly username: string;
  readonly access_token: string;
  readonly access_token_secret: string;
}

export interface XTweet {
  readonly id: string;
  readonly text: string;
  readonly username: string;
}

/** A line of the sandbox's request log. */
export interface XRequest {
  readonly method: string;
  readonly path: string;
  readonly user: string | null;
  readonly status: number | null;
  /** ISO 8601. */
  readonly at: string;
  readonly accepted: boolean;
}

/** What can be ordered with `POST /_sandbox/faults`. */
export interface Fault {
  readonly kind: string;
  readonly method?: string;
  readonly path?: string;
  readonly times?: number;
  readonly after?: number;
  readonly ms?: number;
}

/** The sandbox's control API: the only witness of what reached X. */
export interface XControl {
  account(username: string): Promise<XAccount>;
  /** Without more, the next request that creates a tweet. */
  fault(fault: Fault): Promise<void>;
  clearFaults(): Promise<void>;
  liftLimits(): Promise<void>;
  /** Oldest first; those of one user where one is named. */
  tweets(username?: string): Promise<XTweet[]>;
  /** The requests to create a tweet that arrived, of the last 1,000 of any kind. */
  creates(username?: string): Promise<XRequest[]>;
  reads(username: string): Promise<XRequest[]>;
}

export const controlX = (url: string): XControl => {
  const call = async <T>(method: string, what: string, body?: object): Promise<T> => {
    const response = await fetch(`${url}/_sandbox/${what}`, {
      method,
      ...(body === undefined
        ? {}
        : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`The sandbox refused ${what}: ${await response.text()}`);
    return (await response.json()) as T;
  };
  const requests = async (username: string | undefined): Promise<XRequest[]> =>
    (await call<XRequest[]>('GET', 'requests')).filter(
      ({ user }) => username === undefined || user === username,
    );
  return {
    account: (username) => call('POST', 'users', { username }),
    fault: async (fault) => {
      await call('POST', 'faults', { method: 'POST', path: '/2/tweets', ...fault });
    },
    clearFaults: async () => {
      await call('DELETE', 'faults');
    },
    liftLimits: async () => {
      await call('POST', 'limits', { posts: null, deletes: null, me: null, reads: null });
    },
    tweets: async (username) =>
      (await call<XTweet[]>('GET', 'tweets')).filter(
        (tweet) => username === undefined || tweet.username === username,
      ),
    creates: async (username) =>
      (await requests(username)).filter(({ method, path }) => method === 'POST' && path === '/2/tweets'),
    reads: async (username) => (await requests(username)).filter(({ method }) => method === 'GET'),
  };
};
