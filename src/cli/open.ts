import {
  EnvelopeRefusal,
  type InspectedEnvelope,
  loadKeyring,
  openForInspection,
} from '../credentials/index.ts';
import { type Call, type Command, Refusal, type Report, Usage } from './command.ts';
import { describeClaims } from './describe-claims.ts';
import { requireInput } from './input.ts';
import { requireConfiguredKeyring } from './keyring-source.ts';
import { openWithPassphrase } from './open-pbkdf2.ts';
import { fields } from './print.ts';

export const open: Command = {
  name: 'open',
  summary:
    'Opens a credential envelope and shows its key and its claims; the credential itself only with --reveal. Reads the envelope from standard input. The keyring is that of HERALD_KEYRING or HERALD_KEYRING_FILE. With --pbkdf2 it opens a token that was encrypted with a passphrase, as the article on encrypted JWTs does it: PBKDF2-SHA512 with the salt "salt" and 2,000 iterations, dir, A256GCM.',
  options: {
    pbkdf2: { about: 'A token that was encrypted with a passphrase, which is asked for on a terminal.' },
    'passphrase-file': {
      value: 'FILE',
      about: 'With --pbkdf2: the passphrase is in this file, without its last line break.',
    },
    reveal: { about: 'Shows the credential, or every claim of a token, in clear.' },
  },
  run: async (call) => {
    if (call.has('passphrase-file') && !call.has('pbkdf2'))
      throw new Usage('--passphrase-file belongs to --pbkdf2.');
    return call.has('pbkdf2') ? openWithPassphrase(call) : openEnvelope(call);
  },
};

const openEnvelope = async (call: Call): Promise<Report> => {
  const keyring = await loadKeyring(requireConfiguredKeyring(call.environment));
  const envelope = (await requireInput(call, 'an envelope')).trim();
  const opened = await openForInspection(keyring, envelope, new Date()).catch(explain);
  return report(opened, call.has('reveal'));
};

const explain = (error: unknown): never => {
  if (!(error instanceof EnvelopeRefusal)) throw error;
  throw new Refusal(
    `It does not open: ${error.reason}${error.kid === undefined ? '' : `, key ${error.kid}`}.`,
    'herald keys list shows which keys are here. An envelope is what stands in x-hasura-access-token: five parts with dots.',
  );
};

const report = (
  { kid, alg, status, claims, value, refusedBecause }: InspectedEnvelope,
  isRevealed: boolean,
): Report => {
  const credential = value?.reveal() ?? '';
  return {
    json: {
      kid,
      alg,
      status,
      claims,
      credential: isRevealed ? credential : null,
      credentialLength: credential.length,
      refusedBecause: refusedBecause ?? null,
    },
    lines: [
      `Key ${kid}, ${alg}, ${status}`,
      ...fields({ ...describeClaims(claims), credential: isRevealed ? credential : mask(credential) }),
    ],
    next:
      refusedBecause === undefined
        ? [`Herald takes it in a session of ${String(claims.sub)}, beside its partner.`]
        : [`Herald refuses it now: ${refusedBecause}. Its user signs in again.`],
  };
};

const mask = (credential: string): string => `${credential.length} characters, shown with --reveal`;
