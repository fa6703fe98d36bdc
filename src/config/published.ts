import { createHash } from 'node:crypto';
import type { Problems, Reader } from './read.ts';

/** Everybody can read these: the sandbox's application. */
const SANDBOX = { X_APP_KEY: 'sandbox-app', X_APP_SECRET: 'sandbox-app-secret' } as const;

/** SHA-256 of the secrets in docker-compose.yml: the webhook secret, the keyring's four keys, the database's password. */
const COMPOSE: ReadonlySet<string> = new Set([
  'eff7e50d33daf8b4a973a62d37701ccb0776517f9f52b05dfc209757a676987c',
  '9d372d0d106ebf9d5aedad5b3770f7136fc4ee05e8d1dd8d2de75d9a938ec987',
  '7c2723fe6615c022c33b58063849846989cb6e9bf1bad4718514f5e23df2db03',
  '5ef61961c0bcf24e1b6890fd947e02f5d370e3af10ea7f965a51ffdb9283c5cf',
  'a820d386f9063efbae2c2fd7787ce5bae6801e24829e92116d55ac8b76fb2e98',
  '30d27c03a2d4d8bf57fdcbf7bd5b16593ff51a07fb0ce280487edb927f035960',
]);

/** Complains about every secret that this repository publishes, wherever it came from. */
export const refusePublished = (reader: Reader, problems: Problems): void => {
  for (const name of ['X_APP_KEY', 'X_APP_SECRET'] as const) {
    if (reader.text(name) === SANDBOX[name])
      problems.add(name, "is the sandbox's, which is published. Use your application's.");
  }
  for (const name of ['HERALD_WEBHOOK_SECRET', 'HERALD_WEBHOOK_SECRET_PREVIOUS'] as const) {
    if (isPublished(reader.text(name))) problems.add(name, `${FROM_COMPOSE} openssl rand -base64 32`);
  }
  if (keysOf(reader.text('HERALD_KEYRING')).some(isPublished)) {
    problems.add('HERALD_KEYRING', `${FROM_COMPOSE} herald keys generate`);
  }
  if (isPublished(passwordOf(reader.text('DATABASE_URL')))) {
    problems.add(
      'DATABASE_URL',
      "has the password of docker-compose.yml, which is published. Change the role's.",
    );
  }
};

const FROM_COMPOSE = 'is the one of docker-compose.yml, which is published. Make one with:';

const isPublished = (secret: string | undefined): boolean =>
  secret !== undefined && COMPOSE.has(createHash('sha256').update(secret).digest('hex'));

/** The secret members of every key, also of a keyring that is not sound. */
const keysOf = (keyring = ''): string[] =>
  [...keyring.matchAll(/"[kd]"\s*:\s*"([^"]+)"/g)].map(([, value = '']) => value);

const passwordOf = (url = ''): string | undefined => (URL.canParse(url) ? new URL(url).password : undefined);
