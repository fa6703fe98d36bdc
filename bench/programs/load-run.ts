import { Agent } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { type LoadUser, post, type Target } from './posts.ts';

export interface LoadOrder extends Target {
  readonly seconds: number;
  /** Stops earlier when so many were sent. */
  readonly most: number;
  /** So many connections, each asking again as soon as it has its answer; opened evenly over `rampMs`. */
  readonly connections: number;
  readonly rampMs?: number;
  /** Instead: so many posts a second, whatever becomes of them, over at most `connections`. */
  readonly perSecond?: number;
}

export interface LoadReport {
  readonly tweetIds: readonly string[];
  /** What went wrong, and how often. */
  readonly failures: Readonly<Record<string, number>>;
  /** From the first request to the last answer. */
  readonly elapsedMs: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Of the load generator. */
  readonly cpuMs: number;
}

/** Counts through every run, so that no text comes twice and every user has its turn. */
let posts = 0;

/** One order on its way: every user has its turn, every text is new, an answer counts only when it names a tweet. */
export class Run {
  readonly #order: LoadOrder;
  readonly #users: readonly LoadUser[];
  readonly #agent: Agent;
  readonly #startedMs = performance.now();
  readonly #cpu = process.cpuUsage();
  readonly #tweetIds: string[] = [];
  readonly #failures: Record<string, number> = {};
  readonly #latenciesMs: number[] = [];
  #sent = 0;

  constructor(order: LoadOrder, users: readonly LoadUser[]) {
    this.#order = order;
    this.#users = users;
    const { connections } = order;
    this.#agent = new Agent({ keepAlive: true, maxSockets: connections, maxFreeSockets: connections });
  }

  async closed(): Promise<void> {
    const { connections, rampMs = 0 } = this.#order;
    const loop = async (_: unknown, index: number): Promise<void> => {
      if (rampMs > 0) await sleep((rampMs * index) / connections);
      while (!this.#isOver) await this.#post(performance.now());
    };
    await Promise.all(Array.from({ length: connections }, loop));
  }

  async paced(perSecond: number): Promise<void> {
    const answers: Promise<void>[] = [];
    while (!this.#isOver) {
      const dueMs = this.#startedMs + (this.#sent * 1000) / perSecond;
      if (dueMs > performance.now()) await sleep(1);
      else answers.push(this.#post(dueMs));
    }
    await Promise.all(answers);
  }

  report(): LoadReport {
    this.#agent.destroy();
    const sorted = this.#latenciesMs.sort((a, b) => a - b);
    const { user, system } = process.cpuUsage(this.#cpu);
    return {
      tweetIds: this.#tweetIds,
      failures: this.#failures,
      elapsedMs: performance.now() - this.#startedMs,
      p50Ms: sorted[Math.floor(sorted.length * 0.5)] ?? Number.NaN,
      p99Ms: sorted[Math.floor(sorted.length * 0.99)] ?? Number.NaN,
      cpuMs: (user + system) / 1000,
    };
  }

  get #isOver(): boolean {
    const { seconds, most } = this.#order;
    return performance.now() - this.#startedMs >= seconds * 1000 || this.#sent >= most;
  }

  /** Latency counts from `dueMs`, when the post should have gone out: a generator that lags is not kind to anybody. */
  async #post(dueMs: number): Promise<void> {
    this.#sent += 1;
    posts += 1;
    const user = this.#users[posts % this.#users.length];
    if (user === undefined) throw new Error('There are no users.');
    try {
      this.#tweetIds.push(await post(this.#order, this.#agent, user, textOf(posts)));
      this.#latenciesMs.push(performance.now() - dueMs);
    } catch (error) {
      const what = error instanceof Error ? error.message : String(error);
      this.#failures[what] = (this.#failures[what] ?? 0) + 1;
    }
  }
}

const textOf = (number: number): string =>
  `Post ${number} of a benchmark, about as long as what people write on a Sunday evening. Nothing else to see.`;
