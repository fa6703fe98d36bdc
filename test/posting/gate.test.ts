import { describe, expect, it } from 'vitest';
import type {
  LogEvent,
  LogFields,
  PostErrorCode,
  TweetId,
  XAnswer,
  XOutcome,
  XRead,
} from '../../src/kernel/index.ts';
import { createGate } from '../../src/posting/gate.ts';

const START = Date.UTC(2026, 10, 22);

/** A gate whose clocks stand still until they are told to go on. */
const createWorld = () => {
  let elapsedMs = 12_345.5;
  const events: { evt: LogEvent; fields: LogFields | undefined }[] = [];
  const gate = createGate({
    log: (_level, evt, fields) => void events.push({ evt, fields }),
    now: () => new Date(START + elapsedMs),
    elapsedMs: () => elapsedMs,
  });
  return {
    gate,
    events,
    names: () => events.map(({ evt, fields }) => `${evt} ${fields?.reason}`),
    pass: (ms: number) => {
      elapsedMs += ms;
    },
    at: (ms: number) => new Date(START + elapsedMs + ms),
    times: (count: number, outcome: XOutcome) => {
      for (let i = 0; i < count; i += 1) gate.note(outcome);
    },
  };
};

const answer = (changes: Partial<XAnswer> = {}): XAnswer => ({
  status: 200,
  transactionId: undefined,
  limits: undefined,
  failure: undefined,
  ...changes,
});
const created = (clockSkewMs?: number): XOutcome => ({
  kind: 'created',
  tweetId: '1988888888888888888' as TweetId,
  answer: answer({ status: 201, clockSkewMs }),
});
const unknown = (reason: Extract<XOutcome, { kind: 'unknown' }>['reason']): XOutcome => ({
  kind: 'unknown',
  code: 'OUTCOME_UNKNOWN',
  reason,
  answer: answer({ status: reason === 'server_error' ? 503 : undefined }),
});
const notSent = (
  reason: Extract<XOutcome, { kind: 'not_sent' }>['reason'],
  code: PostErrorCode = 'X_UNAVAILABLE',
  changes: Partial<XAnswer> = {},
): XOutcome => ({ kind: 'not_sent', code, reason, retryAt: undefined, answer: answer(changes) });
const rejected: XOutcome = { kind: 'rejected', code: 'X_FORBIDDEN', answer: answer({ status: 403 }) };
const outOfCredits = notSent('out_of_credits', 'OUT_OF_CREDITS', { status: 402 });
const rateLimited = notSent('rate_limited', 'RATE_LIMITED', { status: 429 });
const readOk = (changes: Partial<XAnswer> = {}): XRead<number> => ({
  ok: true,
  value: 1,
  answer: answer(changes),
});
const readFailed = (code: PostErrorCode): XRead<number> => ({
  ok: false,
  code,
  retryAt: undefined,
  answer: answer({ status: 503 }),
});

describe('the circuit breaker', () => {
  it('lets everything through at first', () => {
    const { gate } = createWorld();
    expect(gate.held()).toBeUndefined();
    expect(gate.admit()).toBe('send');
    expect(gate.state()).toEqual({ breaker: 'closed', holds: [], clockSkewMs: undefined });
  });

  it.each([
    ['5xx', unknown('server_error')],
    ['timeouts and resets', unknown('no_answer')],
    ['connections that never came up', notSent('unreachable')],
  ])('opens at the twentieth of %s', (_what, failure) => {
    const { gate, times, at, names } = createWorld();
    times(19, failure);
    expect(gate.held()).toBeUndefined();
    times(1, failure);
    expect(gate.held()).toEqual({ code: 'X_UNAVAILABLE', until: at(15_000) });
    expect(gate.state().breaker).toBe('open');
    expect(names()).toEqual(['gate_closed breaker']);
  });

  it.each([
    ['half of the calls', 10, 10, true],
    ['less than half', 11, 10, false],
    ['fewer than twenty calls', 9, 10, false],
  ])('%s: %i answered, %i failed', (_what, answered, failed, opens) => {
    const { gate, times } = createWorld();
    times(answered, created());
    times(failed, unknown('server_error'));
    expect(gate.held() !== undefined).toBe(opens);
  });

  it.each([
    ['429', rateLimited],
    ['other 4xx', rejected],
    ['answers that no rule names', unknown('unclassified')],
    ['sends that were called off', notSent('cancelled')],
  ])('does not count %s, neither as failures nor as successes', (_what, outcome) => {
    const { gate, times } = createWorld();
    times(100, outcome);
    expect(gate.held()).toBeUndefined();
    times(19, unknown('server_error'));
    expect(gate.held()).toBeUndefined();
    times(1, unknown('server_error'));
    expect(gate.held()).toBeDefined();
  });

  it('takes a success that can not be read for a success', () => {
    const { gate, times } = createWorld();
    times(40, unknown('unreadable_success'));
    expect(gate.held()).toBeUndefined();
  });

  it('forgets what is older than 30 seconds', () => {
    const { gate, times, pass } = createWorld();
    times(19, unknown('server_error'));
    pass(30_000);
    times(19, unknown('server_error'));
    expect(gate.held()).toBeUndefined();
    pass(28_000);
    times(1, unknown('server_error'));
    expect(gate.held()).toBeDefined();
  });

  it('lets one part probe after the pause, with a read first, and others wait for another pause', () => {
    const { gate, times, pass, at } = createWorld();
    times(20, unknown('server_error'));
    expect(gate.admit()).toBeUndefined();
    pass(14_999);
    expect(gate.admit()).toBeUndefined();
    pass(1);
    expect(gate.held()).toEqual({ code: 'X_UNAVAILABLE', until: at(0) });
    expect(gate.admit()).toBe('probe_with_read');
    expect(gate.admit()).toBeUndefined();
    expect(gate.state().breaker).toBe('half_open');
    expect(gate.held()).toEqual({ code: 'X_UNAVAILABLE', until: at(15_000) });
  });

  const halfOpen = () => {
    const world = createWorld();
    world.times(20, unknown('server_error'));
    world.pass(15_000);
    world.gate.admit();
    return world;
  };

  it.each([
    ['created', created()],
    ['rejected', rejected],
    ['rate limited', rateLimited],
  ])('closes when the probe is %s', (_what, outcome) => {
    const { gate, names } = halfOpen();
    gate.noteRead(readOk());
    gate.note(outcome);
    expect(gate.held()).toBeUndefined();
    expect(gate.state().breaker).toBe('closed');
    expect(names()).toEqual(['gate_closed breaker', 'gate_opened breaker']);
  });

  it('stays open when the probe fails, and probes again after a pause', () => {
    const { gate, pass } = halfOpen();
    gate.note(unknown('server_error'));
    expect(gate.state().breaker).toBe('open');
    gate.note(created()); // A send from before the breaker opened proves nothing about now.
    expect(gate.state().breaker).toBe('open');
    pass(14_999);
    expect(gate.admit()).toBeUndefined();
    pass(1);
    expect(gate.admit()).toBe('probe_with_read');
  });

  it('stays open when the read of the probe fails, and is not disturbed by other reads', () => {
    const { gate, pass } = halfOpen();
    gate.noteRead(readFailed('X_UNAVAILABLE'));
    expect(gate.admit()).toBeUndefined();
    pass(15_000);
    expect(gate.admit()).toBe('probe_with_read');
    gate.noteRead(readFailed('X_UNAVAILABLE'));
    gate.note(created());
    expect(gate.held()).toBeUndefined();
  });

  it('is not closed by reads alone: creating is another endpoint', () => {
    const { gate } = halfOpen();
    gate.noteRead(readOk());
    expect(gate.state().breaker).toBe('half_open');
  });

  it('offers the probe again when nothing was there to send, or the send was called off', () => {
    const { gate } = halfOpen();
    gate.release();
    expect(gate.admit()).toBe('probe_with_read');
    gate.note(notSent('cancelled'));
    expect(gate.admit()).toBe('probe_with_read');
  });

  it('starts to count anew', () => {
    const { gate, times } = halfOpen();
    gate.note(created());
    times(19, unknown('server_error'));
    expect(gate.held()).toBeUndefined();
    times(1, unknown('server_error'));
    expect(gate.held()).toBeDefined();
  });
});

describe('no credits', () => {
  it('stops sending at the first 402; one post probes every 5 minutes', () => {
    const { gate, pass, at } = createWorld();
    gate.note(outOfCredits);
    expect(gate.held()).toEqual({ code: 'OUT_OF_CREDITS', until: at(300_000) });
    pass(299_999);
    gate.note(outOfCredits); // Of a send that was under way; it does not put the probe off.
    expect(gate.admit()).toBeUndefined();
    pass(1);
    expect(gate.admit()).toBe('probe_with_send');
    gate.note(outOfCredits);
    expect(gate.admit()).toBeUndefined();
    pass(300_000);
    expect(gate.admit()).toBe('probe_with_send');
    gate.note(created());
    expect(gate.held()).toBeUndefined();
  });

  it('is over with a tweet, and not with a read, which costs other credits', () => {
    const { gate, names } = createWorld();
    gate.note(outOfCredits);
    gate.noteRead(readFailed('X_UNAVAILABLE'));
    gate.note(rejected);
    expect(gate.held()).toBeDefined();
    gate.noteRead(readOk());
    expect(gate.held()).toBeDefined();
    gate.note(created());
    expect(gate.held()).toBeUndefined();
    expect(names()).toEqual(['gate_closed out_of_credits', 'gate_opened out_of_credits']);
  });

  it('is noticed by a read too', () => {
    const { gate } = createWorld();
    gate.noteRead(readFailed('OUT_OF_CREDITS'));
    expect(gate.held()?.code).toBe('OUT_OF_CREDITS');
  });
});

describe("this machine's clock", () => {
  it.each([
    [29_999, 0, false],
    [-29_999, 0, false],
    [30_000, 1, false],
    [-30_000, 1, false],
    [239_999, 1, false],
    [240_000, 1, true],
    [-240_000, 1, true],
  ])('%i ms off: %i warnings, refuses to send: %s', (skewMs, warnings, refuses) => {
    const { gate, events } = createWorld();
    gate.note(created(skewMs));
    gate.note(created(skewMs));
    expect(events.filter(({ evt }) => evt === 'clock_skew')).toHaveLength(warnings);
    expect(gate.held()?.code).toBe(refuses ? 'X_UNAVAILABLE' : undefined);
    expect(gate.state().clockSkewMs).toBe(skewMs);
  });

  it('says which way it is off', () => {
    const { gate, events } = createWorld();
    gate.note(created(31_000));
    gate.note(created(0));
    gate.note(created(-45_000));
    expect(events.map(({ fields }) => fields?.reason)).toEqual([
      "this machine's clock is 31 s ahead of X's",
      "this machine's clock is 45 s behind X's",
    ]);
  });

  it('is tried again after a minute, and opens the gate when it is right', () => {
    const { gate, pass } = createWorld();
    gate.noteRead(readOk({ clockSkewMs: 300_000 }));
    expect(gate.admit()).toBeUndefined();
    pass(60_000);
    expect(gate.admit()).toBe('probe_with_send');
    gate.note(created(1_000));
    expect(gate.held()).toBeUndefined();
  });

  it('is wrong when X refuses the timestamp, whatever its header says', () => {
    const { gate } = createWorld();
    gate.note(notSent('clock_skew', 'X_UNAVAILABLE', { status: 401, clockSkewMs: 0 }));
    expect(gate.held()?.code).toBe('X_UNAVAILABLE');
    expect(gate.state().holds).toEqual(['clock_skew']);
  });

  it("is not compared with a gateway's", () => {
    const { gate } = createWorld();
    gate.noteRead({ ...readFailed('X_UNAVAILABLE'), answer: answer({ status: 503, clockSkewMs: 999_999 }) });
    expect(gate.state()).toMatchObject({ holds: [], clockSkewMs: undefined });
  });
});

describe('several causes at once', () => {
  it('hold until the last of them, and one probe serves all', () => {
    const { gate, times, pass, at } = createWorld();
    times(20, notSent('unreachable'));
    gate.note(outOfCredits);
    expect(gate.held()).toEqual({ code: 'OUT_OF_CREDITS', until: at(300_000) });
    pass(15_000);
    expect(gate.admit()).toBeUndefined();
    pass(285_000);
    expect(gate.admit()).toBe('probe_with_read');
    gate.noteRead(readOk());
    gate.note(created());
    expect(gate.state().holds).toEqual([]);
  });
});
