import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createEnvelopeOpener, loadKeyring, sealPair } from '../../src/credentials/index.ts';
import { HeraldError } from '../../src/kernel/index.ts';
import * as f from './fixtures.ts';

const keyring = await loadKeyring(f.ringOf(f.symmetric('h-2026-11'), f.curve('a-2026-11')));
const options = { userId: f.aliceId, expiresAt: f.inTenHours, now: () => f.now };
const pairs = await Promise.all([
  sealPair(keyring, f.pairOf(f.alice), options),
  sealPair(keyring, f.pairOf(f.alice), { ...options, issuer: f.issuerOfAuth0 }),
]);
const useCredentials = createEnvelopeOpener({ keyring, log: () => {}, now: () => f.now });

type Mutation = (envelope: string) => string;
const at = (position: number, envelope: string): number => position % envelope.length;
const position = fc.nat({ max: 10_000 });
const character = fc.oneof(
  fc.constantFrom(...'ABCxyz019-_.=+/ {}"'),
  fc.string({ minLength: 1, maxLength: 1, unit: 'binary' }),
);
const inPart = (change: (part: string) => string, index: number): Mutation => {
  return (envelope) => {
    const parts = envelope.split('.');
    return parts.with(index % parts.length, change(parts[index % parts.length] ?? '')).join('.');
  };
};

const mutation: fc.Arbitrary<Mutation> = fc.oneof(
  fc.tuple(position, character).map(
    ([p, c]): Mutation =>
      (e) =>
        e.slice(0, at(p, e)) + c + e.slice(at(p, e) + 1),
  ),
  fc.tuple(position, character).map(
    ([p, c]): Mutation =>
      (e) =>
        e.slice(0, at(p, e)) + c + e.slice(at(p, e)),
  ),
  position.map(
    (p): Mutation =>
      (e) =>
        e.slice(0, at(p, e)) + e.slice(at(p, e) + 1),
  ),
  position.map(
    (p): Mutation =>
      (e) =>
        e.slice(0, at(p, e)),
  ),
  fc
    .tuple(fc.string(), fc.nat(4))
    .map(([text, index]) => inPart(() => Buffer.from(text).toString('base64url'), index)),
  fc
    .tuple(fc.jsonValue(), fc.constant(0))
    .map(([json]) => inPart(() => Buffer.from(JSON.stringify(json)).toString('base64url'), 0)),
  fc.nat(4).map((index) => inPart((part) => part + part, index)),
  fc.string({ maxLength: 5000 }).map(
    (text): Mutation =>
      () =>
        text,
  ),
);

describe('an altered envelope', () => {
  it('is refused in one and the same way, 10,000 times', async () => {
    const expected = new HeraldError('CREDENTIALS_INVALID');
    const property = fc.asyncProperty(
      fc.constantFrom(...pairs),
      fc.boolean(),
      mutation,
      async (pair, isFirst, mutate) => {
        const name = isFirst ? 'accessToken' : 'accessTokenSecret';
        const altered = mutate(pair[name]);
        fc.pre(altered !== pair[name]);
        const session = f.sessionOf(f.aliceId, { ...pair, [name]: altered });
        const error = await useCredentials(session, async () => 'opened').catch((thrown: unknown) => thrown);
        expect(error).toBeInstanceOf(HeraldError);
        expect({ ...(error as HeraldError) }).toEqual({ ...expected });
        expect((error as HeraldError).message).toBe(expected.message);
      },
    );
    await fc.assert(property, { numRuns: 10_000 });
  });
});
