import { expect, it } from 'vitest';
import { assertNowhere } from './canaries.ts';

it('names the place where a secret stands, and not the secret', () => {
  const places = { 'the log': 'quiet', 'the database': 'a token-1234 in a row' };
  expect(() => assertNowhere(['token-1234'], places)).toThrow(
    /^A credential of X stands in clear in the database\.$/,
  );
  expect(() => assertNowhere(['token-5678'], places)).not.toThrow();
});
