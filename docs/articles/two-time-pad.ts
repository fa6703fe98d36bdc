/*
 * Why the cipher of the Auth0 rule was dropped, shown by breaking it: `node --import tsx docs/articles/two-time-pad.ts [seed]`.
 * docs/articles/auth0-rule.md explains it. Nothing here is used by Herald.
 */
import { createCipheriv, createHash } from 'node:crypto';
import { pathToFileURL } from 'node:url';

/** What `crypto.createCipher('aes-256-ctr', password)` did until Node.js 22 removed it: no salt, no nonce, no tag. */
export const legacyEncrypt = (password: string, plaintext: string): string => {
  const md5 = (...parts: Buffer[]) => createHash('md5').update(Buffer.concat(parts)).digest();
  const secret = Buffer.from(password, 'utf8');
  const first = md5(secret);
  const second = md5(first, secret);
  const cipher = createCipheriv('aes-256-ctr', Buffer.concat([first, second]), md5(second, secret));
  return Buffer.concat([cipher.update(plaintext, 'utf8'), cipher.final()]).toString('hex');
};

/** Byte by byte, as far as the shorter one goes. */
const xor = (one: Uint8Array, other: Uint8Array): Buffer =>
  Buffer.from(one.subarray(0, other.length).map((byte, index) => byte ^ (other[index] ?? 0)));

/** The keystream under one's own ciphertext: everybody who knows what was encrypted can take it off. */
export const keystreamUnder = (ciphertext: string, plaintext: string): Buffer =>
  xor(Buffer.from(ciphertext, 'hex'), Buffer.from(plaintext, 'utf8'));

/** Opens another ciphertext of the same password, as far as the keystream is known. */
export const openWith = (keystream: Buffer, ciphertext: string): string =>
  xor(Buffer.from(ciphertext, 'hex'), keystream).toString('utf8');

/** Encrypts what one likes without the password; whoever decrypts it cannot tell. */
export const forgeWith = (keystream: Buffer, plaintext: string): string =>
  xor(Buffer.from(plaintext, 'utf8'), keystream).toString('hex');

const alphabet = Buffer.from('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789');
const inAlphabet = new Set(alphabet);
const everyByte = Array.from({ length: 256 }, (_, byte) => byte);

/**
 * The secrets under `ciphertexts` (hex, of equal length), from nothing but them and the fact that X's token secrets are
 * letters and digits: at each position the keystream byte is one that turns all rows into letters and digits. Where more
 * than one does, these rows do not tell, and the characters are given as `?`.
 */
export const recoverWithoutPlaintext = (ciphertexts: readonly string[]): string[] => {
  const rows = ciphertexts.map((ciphertext) => Buffer.from(ciphertext, 'hex'));
  const keystream = Array.from(rows[0] ?? [], (_, position) => {
    const column = rows.map((row) => row[position] ?? 0);
    const fitting = everyByte.filter((key) => column.every((byte) => inAlphabet.has(byte ^ key)));
    return fitting.length === 1 ? fitting[0] : undefined;
  });
  return rows.map((row) => [...row].map((byte, position) => decode(byte, keystream[position])).join(''));
};

const decode = (byte: number, key: number | undefined): string =>
  key === undefined ? '?' : String.fromCharCode(byte ^ key);

/** Random bytes that are the same for the same seed: AES-256-CTR under the seed's hash. */
const randomFrom = (seed: string): ((length: number) => Buffer) => {
  const stream = createCipheriv('aes-256-ctr', createHash('sha256').update(seed).digest(), Buffer.alloc(16));
  return (length) => stream.update(Buffer.alloc(length));
};

const secretLength = 45;

/** A token secret as X makes them: 45 letters and digits, each equally likely. */
const randomSecret = (random: (length: number) => Buffer): string => {
  const usable = random(secretLength * 4).filter((byte) => byte < 4 * alphabet.length);
  return String.fromCharCode(...usable.subarray(0, secretLength).map((byte) => alphabet[byte % 62] ?? 0));
};

/** The share, 0 to 1, of the characters of `rows` secrets that is recovered with certainty: the mean of `trials` passwords. */
export const shareRecovered = (rows: number, { trials, seed }: { trials: number; seed: string }): number => {
  const random = randomFrom(`${seed} ${rows}`);
  let right = 0;
  for (let trial = 0; trial < trials; trial += 1) {
    const password = random(48).toString('base64');
    const secrets = Array.from({ length: rows }, () => randomSecret(random));
    const found = recoverWithoutPlaintext(secrets.map((secret) => legacyEncrypt(password, secret))).join('');
    right += [...secrets.join('')].filter((character, index) => character === found[index]).length;
  }
  return right / (trials * rows * secretLength);
};

/** The whole demonstration in words. */
export const demonstrate = (seed: string): string[] => {
  const password = randomFrom(seed)(48).toString('base64');
  const mine = '844619452427751424-AbCdEfGhIjKlMnOpQrStUvWxYz01234';
  const theirs = '1234567890123456789-ZyXwVuTsRqPoNmLkJiHgFeDcBa98765';
  const keystream = keystreamUnder(legacyEncrypt(password, mine), mine);
  const opened = openWith(keystream, legacyEncrypt(password, theirs));
  const forged = forgeWith(keystream, mine.replace('AbCd', 'EVIL'));
  const percent = (rows: number) =>
    `${(100 * shareRecovered(rows, { trials: 100, seed })).toFixed(1).padStart(5)} %`;
  return [
    'The password is 48 random bytes, new for every trial. It is never guessed.',
    '',
    'Somebody knows one token, namely their own. From its ciphertext follows the keystream, and from that another user:',
    `  ${opened}`,
    `  (${opened.length} of ${theirs.length} characters: as many as the known token has)`,
    'The same keystream encrypts a token that nobody issued, and it decrypts without an error:',
    `  ${openWith(keystream, forged)}`,
    '',
    'Nobody knows any token. A table with the ciphertexts of so many secrets gives away of their characters, without the password:',
    ...[10, 20, 40, 80, 160].map((rows) => `  ${String(rows).padStart(3)} rows  ${percent(rows)}`),
  ];
};

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href)
  console.log(demonstrate(process.argv[2] ?? 'herald').join('\n'));
