import type {
  Meter,
  XClient,
  XDeletion,
  XMediaUploads,
  XOutcome,
  XRead,
  XTimeline,
} from '../kernel/index.ts';

/** Who hears what X said to each call. */
export interface Observers {
  readonly meter: Meter;
  readonly gate: { note(outcome: XOutcome): void; noteRead(read: XRead<unknown>): void };
}

/**
 * X as it is, with every outcome and every read counted and told to the send gate, whoever asked. A deletion and an
 * upload are told as reads: repeating them is safe, a 402 holds sending, and a success is no proof that a tweet, which
 * costs more, would be paid for.
 */
export const observeX = <T extends XClient & XTimeline & XMediaUploads>(
  x: T,
  { meter, gate }: Observers,
): T => {
  const noteRead = (read: XRead<unknown>, startedAtMs: number): void => {
    meter.read(read, performance.now() - startedAtMs);
    gate.noteRead(read);
  };

  const observeRead =
    <Arguments extends unknown[], Value>(call: (...given: Arguments) => Promise<XRead<Value>>) =>
    async (...given: Arguments): Promise<XRead<Value>> => {
      const startedAtMs = performance.now();
      const read = await call(...given);
      noteRead(read, startedAtMs);
      return read;
    };

  const createTweet: XClient['createTweet'] = async (...given) => {
    const startedAtMs = performance.now();
    const outcome = await x.createTweet(...given);
    meter.attempt(outcome, performance.now() - startedAtMs);
    gate.note(outcome);
    return outcome;
  };

  const deleteTweet: XClient['deleteTweet'] = async (...given) => {
    const startedAtMs = performance.now();
    const deletion = await x.deleteTweet(...given);
    noteRead(asRead(deletion), startedAtMs);
    return deletion;
  };

  return {
    ...x,
    createTweet,
    deleteTweet,
    me: observeRead(x.me),
    tweetsSince: observeRead(x.tweetsSince),
    tweetById: observeRead(x.tweetById),
    uploadMedia: observeRead(x.uploadMedia),
    mediaStatus: observeRead(x.mediaStatus),
    describeMedia: observeRead(x.describeMedia),
  };
};

function asRead(deletion: XDeletion): XRead<true> {
  const { answer } = deletion;
  switch (deletion.kind) {
    case 'deleted':
    case 'gone':
      return { ok: true, value: true, answer };
    case 'refused':
      return { ok: false, code: deletion.code, retryAt: undefined, answer };
    case 'not_now':
      return { ok: false, code: deletion.code, retryAt: deletion.retryAt, answer };
  }
}
