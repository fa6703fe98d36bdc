import type { Program } from './program.ts';

/** The sandbox's control API, as far as the benchmark needs it. */
export class SandboxControl {
  readonly #url: string;

  constructor({ url }: Program) {
    this.#url = url;
  }

  async liftLimits(): Promise<void> {
    await this.#call('POST', '/_sandbox/limits', { posts: null, deletes: null, me: null, reads: null });
  }

  async user(username: string): Promise<SandboxUser> {
    return (await this.#call('POST', '/_sandbox/users', { username })) as SandboxUser;
  }

  /** The ids of every tweet since the last reset. */
  async tweetIds(): Promise<ReadonlySet<string>> {
    const tweets = (await this.#call('GET', '/_sandbox/tweets')) as { id: string }[];
    return new Set(tweets.map(({ id }) => id));
  }

  async reset(): Promise<void> {
    await this.#call('POST', '/_sandbox/reset', {});
  }

  async #call(method: string, path: string, body?: object): Promise<unknown> {
    const response = await fetch(this.#url + path, {
      method,
      ...(body && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`The sandbox answered ${method} ${path} with HTTP ${response.status}.`);
    return response.json();
  }
}

export interface SandboxUser {
  readonly id: string;
  readonly access_token: string;
  readonly access_token_secret: string;
}
