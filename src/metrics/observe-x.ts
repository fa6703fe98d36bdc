import type { Meter, XClient, XOutcome, XRead, XTimeline } from '../kernel/index.ts';

/** Who hears what X said to each call. */
export interface Observers {
  readonly meter: Meter;
  readonly gate: { note(outcome: XOutcome): void; noteRead(read: XRead<unknown>): void };
}

/** X as it is, with every outcome and every read counted and told to the send gate, whoever asked. */
export const observeX = <T extends XClient & XTimeline>(x: T, { meter, gate }: Observers): T => {
  const observeRead =
    <Arguments extends unknown[], Value>(call: (...given: Arguments) => Promise<XRead<Value>>) =>
    async (...given: Arguments): Promise<XRead<Value>> => {
      const startedAtMs = performance.now();
      const read = await call(...given);
      meter.read(read, performance.now() - startedAtMs);
      gate.noteRead(read);
      return read;
    };

  const createTweet: XClient['createTweet'] = async (...given) => {
    const startedAtMs = performance.now();
    const outcome = await x.createTweet(...given);
    meter.attempt(outcome, performance.now() - startedAtMs);
    gate.note(outcome);
    return outcome;
  };

  return {
    ...x,
    createTweet,
    me: observeRead(x.me),
    tweetsSince: observeRead(x.tweetsSince),
    tweetById: observeRead(x.tweetById),
  };
};
