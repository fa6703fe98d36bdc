import { EnvelopeRefusal, openPbkdf2 } from '../credentials/index.ts';
import { Secret } from '../kernel/index.ts';
import { type Call, Refusal, type Report } from './command.ts';
import { describeClaims } from './describe-claims.ts';
import { requireInput } from './input.ts';
import { fields } from './print.ts';
import { askLine, askSecret } from './prompt.ts';
import { findFile } from './replace-file.ts';

/** What such tokens carry beside what they are about; everything else in them may be secret. */
const REGISTERED = ['iss', 'sub', 'aud', 'exp', 'nbf', 'iat', 'jti'];

/** Opens a token as the article on encrypted JWTs makes it. */
export const openWithPassphrase = async (call: Call): Promise<Report> => {
  const { token, passphrase } = await readBoth(call);
  const claims = await openPbkdf2(token, passphrase).catch(explain);
  const shown = call.has('reveal') ? claims : maskOthers(claims);
  return {
    json: { claims: shown, revealed: call.has('reveal') },
    lines: ['It opens with this passphrase.', ...fields(describeClaims(shown))],
    next: [
      'Nothing of it is checked: such a token is good for ever, for anyone and for any purpose. Herald takes none.',
      'What Herald takes: herald seal makes it.',
    ],
  };
};

/** The token, and the passphrase: from its file, or typed after the token on a terminal. Never from the command line. */
const readBoth = async (call: Call): Promise<{ token: string; passphrase: Secret<string> }> => {
  const path = call.text('passphrase-file');
  if (path !== undefined) {
    const passphrase = readPassphrase(path);
    return { token: (await requireInput(call, 'a token')).trim(), passphrase };
  }
  if (!call.input.isTTY) {
    throw new Refusal(
      'The passphrase is asked for on a terminal, and standard input is none.',
      'Give it with --passphrase-file FILE.',
    );
  }
  const token = (await askLine(call, 'Paste the token, then press Enter.')).trim();
  return { token, passphrase: await askSecret(call, 'Type the passphrase; it is not shown.') };
};

const readPassphrase = (path: string): Secret<string> => {
  const found = findFile(path);
  if (found === undefined) throw new Refusal(`There is no file ${path}.`);
  return new Secret(found.text.replace(/\r?\n$/, ''));
};

const explain = (error: unknown): never => {
  if (!(error instanceof EnvelopeRefusal)) throw error;
  throw new Refusal(
    error.reason === 'format' ? 'It is no compact JWE: five parts with dots between.' : 'It does not open.',
    'Another passphrase, or it was made in another way: PBKDF2-SHA512, salt "salt", 2,000 iterations, dir, A256GCM.',
  );
};

const maskOthers = (claims: Readonly<Record<string, unknown>>) =>
  Object.fromEntries(
    Object.entries(claims).map(([name, value]) => [
      name,
      REGISTERED.includes(name) ? value : 'shown with --reveal',
    ]),
  );
