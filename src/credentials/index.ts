export { boundToAccount, createAccountSeal } from './account-seal.ts';
export { activeRestKid, createRestSeal, RestSealBroken, rewrap } from './at-rest.ts';
export { EnvelopeRefusal } from './envelope.ts';
export { type InspectedEnvelope, openForInspection, openPbkdf2 } from './inspect.ts';
export { createKeptCredentials } from './kept.ts';
export { type Keyring, KeyringProblem, loadKeyring } from './keyring.ts';
export { describeKeys, type KeyDescription, type KeyringEdit } from './keyring-document.ts';
export {
  addKey,
  KeyringEditRefused,
  type NewKey,
  promoteKey,
  retireKey,
  rotateKey,
} from './keyring-editing.ts';
export type { KeyUse } from './keyring-entries.ts';
export { createLegacyReader } from './legacy.ts';
export { generateKeyring } from './new-key.ts';
export { createEnvelopeOpener } from './opener.ts';
export { hasuraJwtSecret, publicKeys } from './public-keys.ts';
export { type ReadablePair, sealPair } from './seal.ts';
export { weaknessOfHmacKey } from './weak-keys.ts';
