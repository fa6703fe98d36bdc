export { createRestSeal, RestSealBroken, type SealedAtRest } from './at-rest.ts';
export { generateKeyring } from './generate.ts';
export { createKeptCredentials } from './kept.ts';
export { type Keyring, KeyringProblem, loadKeyring } from './keyring.ts';
export { createEnvelopeOpener } from './opener.ts';
export { type ReadablePair, sealPair } from './seal.ts';
