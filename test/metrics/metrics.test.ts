import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import type { GateState, LedgerStatus, LogEvent, XAnswer } from '../../src/kernel/index.ts';
import { createMetrics } from '../../src/metrics/index.ts';
import { createInstruments } from '../../src/metrics/instruments.ts';

const quiet: LedgerStatus = {
  pauses: [],
  sending: 0,
  queued: 0,
  oldestDueAt: undefined,
  unknown: 0,
  oldestUnknownAt: undefined,
  needsReview: 0,
  oldestNeedsReviewAt: undefined,
  heartbeatAt: undefined,
  publicUrl: undefined,
};
const open: GateState = { breaker: 'closed', holds: [], clockSkewMs: undefined };
const answer: XAnswer = { status: 201, transactionId: undefined, limits: undefined, failure: undefined };

const closers: Array<() => Promise<void>> = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

/** Metrics on a port of their own. */
const start = async (sources: Partial<Parameters<typeof createMetrics>[0]> = {}) => {
  const events: LogEvent[] = [];
  const metrics = createMetrics({
    status: async () => quiet,
    gate: { state: () => open },
    log: (_level, evt) => void events.push(evt),
    ...sources,
  });
  const { url, close } = await metrics.listen('127.0.0.1', 0);
  closers.push(close);
  const scrape = async () => linesOf(await (await fetch(`${url}/metrics`)).text());
  return { meter: metrics.meter, url, events, scrape };
};

/** The samples of a page: `name{labels}` to value. */
const linesOf = (text: string): Map<string, number> =>
  new Map(
    text
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'))
      .map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ') + 1))]),
  );

describe('the ops port', () => {
  it("serves Prometheus' text format at /metrics", async () => {
    const { url } = await start();
    const response = await fetch(`${url}/metrics`);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
    const text = await response.text();
    expect(text).toContain('# TYPE herald_ledger_up gauge');
    expect(text).toContain('process_cpu_seconds_total');
    expect(text).toContain('nodejs_eventloop_lag_p99_seconds');
  });

  it.each([
    ['GET', '/'],
    ['GET', '/metrics/'],
    ['GET', '/metrics?x=1'],
    ['GET', '//metrics'],
    ['GET', '/healthz'],
    ['POST', '/metrics'],
    ['HEAD', '/metrics'],
    ['OPTIONS', '*'],
  ])('answers %s %s with 404', async (method, path) => {
    const { url } = await start();
    const status = await new Promise((resolve, reject) => {
      const call = request(`${url}`, { method, path }, (response) => resolve(response.resume().statusCode));
      call.on('error', reject).end();
    });
    expect(status).toBe(404);
  });

  it('shows no version (R38)', async () => {
    const { scrape } = await start();
    expect([...(await scrape()).keys()].join('\n')).not.toContain('version');
  });

  it('refuses a port that is taken', async () => {
    const { url } = await start();
    const { listen } = createMetrics({
      status: async () => quiet,
      gate: { state: () => open },
      log: () => {},
    });
    await expect(listen('127.0.0.1', Number(new URL(url).port))).rejects.toMatchObject({
      code: 'EADDRINUSE',
    });
  });
});

describe('what the rooms report', () => {
  it('is counted by outcome', async () => {
    const { meter, scrape } = await start();
    const limit = { limit: 100, remaining: 42, resetAt: new Date(0) };
    meter.post({ state: 'SENT', code: undefined });
    meter.post({ state: 'FAILED', code: 'DUPLICATE_CONTENT' });
    meter.attempt({ kind: 'unknown', code: 'OUTCOME_UNKNOWN', reason: 'no_answer', answer }, 20_000);
    meter.attempt(
      { kind: 'rejected', code: 'X_REJECTED', answer: { ...answer, limits: { appDay: limit } } },
      250,
    );
    meter.read({ ok: true, value: 1, answer }, 40);
    meter.read({ ok: false, code: 'RATE_LIMITED', retryAt: undefined, answer }, 40);
    meter.envelope({ kid: 'k-2026', result: 'opened' });
    meter.request({ door: 'action', operation: 'postTweet', code: undefined, durationMs: 300 });
    meter.request({ door: 'graphql', operation: 'postTweet', code: 'TEXT_EMPTY', durationMs: 2 });

    const samples = await scrape();
    expect(Object.fromEntries(samples)).toMatchObject({
      'herald_posts_total{state="SENT",code="OK"}': 1,
      'herald_posts_total{state="FAILED",code="DUPLICATE_CONTENT"}': 1,
      'herald_attempts_total{kind="unknown",code="OUTCOME_UNKNOWN"}': 1,
      'herald_attempts_total{kind="rejected",code="X_REJECTED"}': 1,
      herald_x_app_limit_remaining: 42,
      'herald_x_duration_seconds_sum{call="create"}': 20.25,
      'herald_x_duration_seconds_bucket{le="20",call="create"}': 2,
      'herald_x_duration_seconds_count{call="read"}': 2,
      'herald_x_reads_total{code="OK"}': 1,
      'herald_x_reads_total{code="RATE_LIMITED"}': 1,
      'herald_envelopes_total{kid="k-2026",result="opened"}': 1,
      'herald_requests_total{door="action",operation="postTweet",code="OK"}': 1,
      'herald_requests_total{door="graphql",operation="postTweet",code="TEXT_EMPTY"}': 1,
      'herald_request_duration_seconds_sum{door="action",operation="postTweet"}': 0.3,
    });
  });

  it('puts no text into a label', async () => {
    const { meter, scrape } = await start();
    meter.envelope({ kid: 'somebody wrote this', result: 'refused' });
    meter.envelope({ kid: undefined, result: 'refused' });
    meter.envelope({ kid: 'k'.repeat(41), result: 'refused' });
    meter.request({ door: 'action', operation: undefined, code: 'a sentence', durationMs: 1 });
    const samples = await scrape();
    expect(samples.get('herald_envelopes_total{kid="other",result="refused"}')).toBe(3);
    expect(samples.get('herald_requests_total{door="action",operation="other",code="other"}')).toBe(1);
  });
});

describe('what is looked up at a scrape', () => {
  it('shows the ledger', async () => {
    const ago = (seconds: number) => new Date(Date.now() - seconds * 1000);
    const status: LedgerStatus = {
      pauses: [
        { scope: 'ALL', subject: '', reason: 'tests', since: ago(5) },
        { scope: 'USER', subject: 'twitter|1', reason: 'tests', since: ago(5) },
        { scope: 'USER', subject: 'twitter|2', reason: 'tests', since: ago(5) },
      ],
      sending: 1,
      queued: 2,
      oldestDueAt: ago(600),
      unknown: 3,
      oldestUnknownAt: ago(3_600),
      needsReview: 4,
      oldestNeedsReviewAt: ago(86_400),
      heartbeatAt: undefined,
      publicUrl: undefined,
    };
    const { scrape } = await start({ status: async () => status });
    const samples = await scrape();
    expect(Object.fromEntries(samples)).toMatchObject({
      herald_ledger_up: 1,
      'herald_parts{state="SENDING"}': 1,
      'herald_parts{state="QUEUED"}': 2,
      'herald_parts{state="UNKNOWN"}': 3,
      'herald_parts{state="NEEDS_REVIEW"}': 4,
      'herald_pauses{scope="ALL"}': 1,
      'herald_pauses{scope="USER"}': 2,
      'herald_pauses{scope="ACCOUNT"}': 0,
    });
    expect(samples.get('herald_oldest_part_age_seconds{state="QUEUED"}')).toBeGreaterThanOrEqual(600);
    expect(samples.get('herald_oldest_part_age_seconds{state="UNKNOWN"}')).toBeGreaterThanOrEqual(3_600);
    expect(samples.get('herald_oldest_part_age_seconds{state="NEEDS_REVIEW"}')).toBeGreaterThanOrEqual(
      86_400,
    );
    expect([...samples.keys()].join('\n')).not.toContain('twitter|');
  });

  it('asks the ledger once for scrapes at the same time', async () => {
    let asked = 0;
    const { scrape } = await start({
      status: async () => {
        asked += 1;
        return quiet;
      },
    });
    await Promise.all([scrape(), scrape(), scrape()]);
    expect(asked).toBe(1);
  });

  it('serves the rest when the ledger fails', async () => {
    const { meter, scrape, events } = await start({ status: () => Promise.reject(new Error('lost')) });
    meter.post({ state: 'SENT', code: undefined });
    const samples = await scrape();
    expect(samples.get('herald_ledger_up')).toBe(0);
    expect(samples.get('herald_posts_total{state="SENT",code="OK"}')).toBe(1);
    expect(samples.get('herald_sending_held{reason="breaker"}')).toBe(0);
    expect([...samples.keys()].some((name) => /^herald_(parts|oldest|pauses)/.test(name))).toBe(false);
    expect(events).toEqual(['scrape_failed']);
  });

  it('serves the rest when the ledger says nothing', async () => {
    const { scrape, events } = await start({ status: () => new Promise(() => {}) });
    expect((await scrape()).get('herald_ledger_up')).toBe(0);
    expect(events).toEqual(['scrape_failed']);
  });

  it('shows the send gate and the pool', async () => {
    const { scrape } = await start({
      gate: {
        state: () => ({ breaker: 'half_open', holds: ['breaker', 'clock_skew'], clockSkewMs: -300_000 }),
      },
      pool: () => ({ total: 10, idle: 3, waiting: 2 }),
    });
    expect(Object.fromEntries(await scrape())).toMatchObject({
      'herald_sending_held{reason="breaker"}': 1,
      'herald_sending_held{reason="out_of_credits"}': 0,
      'herald_sending_held{reason="clock_skew"}': 1,
      herald_clock_skew_seconds: -300,
      'herald_pool_connections{state="idle"}': 3,
      'herald_pool_connections{state="busy"}': 7,
      herald_pool_waiting: 2,
    });
  });

  it('shows neither clock skew nor limit before X has told them', async () => {
    const { scrape } = await start();
    const samples = await scrape();
    expect(samples.has('herald_clock_skew_seconds')).toBe(false);
    expect(samples.has('herald_x_app_limit_remaining')).toBe(false);
  });
});

describe('docs/metrics.md', () => {
  const page = readFileSync(new URL('../../docs/metrics.md', import.meta.url), 'utf8');

  it('lists exactly the metrics that there are', async () => {
    const { registry } = createInstruments();
    const own = (await registry.getMetricsAsJSON()).filter(({ name }) => name.startsWith('herald_'));
    const rows = own.map(({ name, type, help }) => {
      const labels = Reflect.get(registry.getSingleMetric(name) ?? {}, 'labelNames') as string[];
      return `| \`${name}\` | ${String(type)} | ${labels.map((label) => `\`${label}\``).join(', ')} | ${help} |`;
    });
    expect(rows.length).toBeGreaterThan(10);
    expect(page.split('\n').filter((line) => line.startsWith('| `'))).toEqual(rows);
  });
});
