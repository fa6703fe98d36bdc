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
  readonly in_reply_to_tweet_id: string | null;
  readonly media_ids: readonly string[];
  /** In the order of `media_ids`. */
  readonly alt_texts: readonly (string | null)[];
  readonly poll: { readonly options: readonly string[]; readonly duration_minutes: number } | null;
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
  /** Whose requests it meets; everybody's when absent. */
  readonly user?: string;
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
  /** `self-serve` or `enterprise`: whose rules X applies to the application. */
  usePlan(plan: string): Promise<void>;
  /** Oldest first; those of one user where one is named. */
  tweets(username?: string): Promise<XTweet[]>;
  /** The requests to create a tweet that arrived, of the last 1,000 of any kind. */
  creates(username?: string): Promise<XRequest[]>;
  reads(username: string): Promise<XRequest[]>;
  /** Every request, of the last 1,000. */
  requests(username?: string): Promise<XRequest[]>;
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
  const requests = async (username?: string): Promise<XRequest[]> =>
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
    usePlan: async (plan) => {
      await call('POST', 'limits', { plan });
    },
    tweets: async (username) =>
      (await call<XTweet[]>('GET', 'tweets')).filter(
        (tweet) => username === undefined || tweet.username === username,
      ),
    creates: async (username) =>
      (await requests(username)).filter(({ method, path }) => method === 'POST' && path === '/2/tweets'),
    reads: async (username) => (await requests(username)).filter(({ method }) => method === 'GET'),
    requests,
  };
};
