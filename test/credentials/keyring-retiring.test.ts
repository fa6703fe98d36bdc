import { describe, expect, it } from 'vitest';
import {
  addKey,
  createEnvelopeOpener,
  describeKeys,
  generateKeyring,
  KeyringEditRefused,
  loadKeyring,
  retireKey,
  rotateKey,
  sealPair,
} from '../../src/credentials/index.ts';
import * as f from './fixtures.ts';

const date = new Date('2026-11-22T12:00:00Z');
const later = new Date('2026-12-24T12:00:00Z');
const fast = await generateKeyring(date, ['envelope', 'rest', 'cookie']);

const keysOf = (json: string) => (JSON.parse(json) as { keys: f.KeyJson[] }).keys;

describe('a key is retired', () => {
  it('when it is open: its material goes, its name stays', async () => {
    const rotated = await rotateKey(fast, { use: 'rest', date: later });
    const material = String(keysOf(rotated.json)[1]?.k);
    const { json, changed } = await retireKey(rotated.json, 'rest-2026-11-22', { date: later });
    expect(keysOf(json)[1]).toEqual({
      kid: 'rest-2026-11-22',
      use: 'rest',
      alg: 'A256GCM',
      status: 'retired',
    });
    expect(json).not.toContain(material);
    expect(changed.map(({ kid }) => kid)).toEqual(['rest-2026-11-22']);
    await expect(loadKeyring(json)).resolves.toBeDefined();
  });

  it('not while it is the active one, not twice, and not when there is none', async () => {
    const retire = async (json: string, kid: string): Promise<string> => {
      const error = await retireKey(json, kid, { date }).catch((thrown: unknown) => thrown);
      return error instanceof KeyringEditRefused ? error.message : 'retired';
    };
    expect(await retire(fast, 'rest-2026-11-22')).toContain('rotate first');
    expect(await retire(fast, 'nobody')).toContain('no key of that kid');
    const { json } = await retireKey(fast, 'rest-2026-11-22', { date, emergency: true });
    expect(await retire(json, 'rest-2026-11-22')).toContain('retired already');
  });

  it('in an emergency with a new one in its place, of the same kind, not one that was there', async () => {
    const issued = await addKey(fast, { use: 'envelope', date, iss: f.issuerOfAuth0, kid: 'a-1' });
    const ahead = await addKey(issued.json, { use: 'envelope', date, iss: f.issuerOfAuth0, kid: 'a-2' });
    const { json } = await retireKey(ahead.json, 'a-1', { date: later, emergency: true });
    expect(describeKeys(json).slice(3)).toMatchObject([
      { kid: 'a-1', status: 'retired', iss: f.issuerOfAuth0 },
      { kid: 'a-2', status: 'open', iss: f.issuerOfAuth0 },
      { kid: 'envelope-2026-12-24', status: 'active', iss: f.issuerOfAuth0, alg: 'ECDH-ES' },
    ]);
  });

  it('in an emergency: every envelope under it is refused at once, and new ones open', async () => {
    const options = { userId: f.aliceId, expiresAt: f.inTenHours, now: () => f.now };
    const before = await loadKeyring(fast);
    const old = await Promise.all(
      Array.from({ length: 20 }, () => sealPair(before, f.pairOf(f.alice), options)),
    );
    const { json } = await retireKey(fast, 'envelope-2026-11-22', { date, emergency: true });
    const keyring = await loadKeyring(json);
    const { log, lines } = f.recordLog();
    const useEnvelopes = createEnvelopeOpener({ keyring, log, now: () => f.now });
    for (const envelopes of old) {
      await expect(
        useEnvelopes(f.sessionOf(f.aliceId, envelopes), async () => 'opened'),
      ).rejects.toMatchObject({
        code: 'CREDENTIALS_INVALID',
      });
    }
    expect(new Set(lines.map(({ reason }) => reason))).toEqual(new Set(['retired kid']));
    const fresh = await sealPair(keyring, f.pairOf(f.alice), options);
    expect(await useEnvelopes(f.sessionOf(f.aliceId, fresh), async () => 'opened')).toBe('opened');
  });
});
