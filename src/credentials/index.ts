export { createRestSeal, type RestSeal, RestSealBroken, type SealedAtRest } from './at-rest.ts';
export { generateKeyring } from './generate.ts';
export { type Keyring, KeyringProblem, loadKeyring } from './keyring.ts';
export { createEnvelopeOpener, type OpenerNeeds } from './opener.ts';
export { type ReadablePair, type SealOptions, sealPair } from './seal.ts';
