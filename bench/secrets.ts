import { randomBytes } from 'node:crypto';
import { generateKeyring } from '../src/credentials/index.ts';

/** Made for one run, strong enough for a process that believes to be in production. */
export interface BenchSecrets {
  readonly webhookSecret: string;
  readonly appKey: string;
  readonly appSecret: string;
  /** JSON, as Herald takes it. */
  readonly keyring: string;
  /** Its envelope key, for the minimum. */
  readonly envelopeKey: { readonly kid: string; readonly k: string };
}

export const makeSecrets = async (): Promise<BenchSecrets> => {
  const keyring = await generateKeyring(new Date());
  const { keys } = JSON.parse(keyring) as { keys: { use: string; kid: string; k: string }[] };
  const envelopeKey = keys.find(({ use }) => use === 'envelope');
  if (envelopeKey === undefined) throw new Error('The keyring has no envelope key.');
  return {
    webhookSecret: randomBytes(32).toString('base64'),
    appKey: randomBytes(18).toString('base64url'),
    appSecret: randomBytes(36).toString('base64url'),
    keyring,
    envelopeKey,
  };
};
