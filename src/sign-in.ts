import { randomUUID } from 'node:crypto';
import { createAccounts } from './accounts/index.ts';
import type { Config, Secrets } from './config/index.ts';
import {
  createAccountSeal,
  createLegacyReader,
  createRestSeal,
  type Keyring,
  sealPair,
  weaknessOfHmacKey,
} from './credentials/index.ts';
import { createIssuer, type Issuer, loadClaimsHook } from './issuer/index.ts';
import type {
  AccountId,
  AccountStore,
  IssuerStore,
  Log,
  Meter,
  RevocationStore,
  SingleUseStore,
  UseEnvelopes,
  XClient,
  XCredentials,
  XSignIn,
} from './kernel/index.ts';
import { createBearerCheck, type VerifyBearer } from './session/index.ts';

export interface SignInNeeds {
  readonly config: Config;
  readonly secrets: Secrets;
  readonly keyring: Keyring;
  readonly accounts: AccountStore;
  readonly singleUse: SingleUseStore;
  readonly revocations: RevocationStore;
  readonly issuerEntries: IssuerStore;
  readonly useEnvelopes: UseEnvelopes;
  readonly x: XSignIn & Pick<XClient, 'me'>;
  /** Where browsers reach Herald; known once it listens. */
  readonly publicUrl: () => URL;
  readonly meter: Pick<Meter, 'legacyRead'>;
  readonly log: Log;
  readonly now: () => Date;
}

export interface SignIn {
  readonly accounts: ReturnType<typeof createAccounts>;
  /** Undefined while the keyring has no key of use sign, or none of use cookie. */
  readonly issuer: Pick<Issuer, 'handle'> | undefined;
  readonly verifyBearer: VerifyBearer;
}

/** Makes the rooms of sign-in: connected accounts, the issuer, and the check of the tokens that it issues. */
export const createSignIn = async (needs: SignInNeeds): Promise<SignIn> => {
  const { config, secrets, keyring, log, now } = needs;
  const hook =
    config.signIn.claimsHook === undefined ? undefined : await loadClaimsHook(config.signIn.claimsHook);
  const issues = keyring.signKeys.length > 0 && keyring.cookieKeys.length > 0;
  const restSeal = createRestSeal(keyring);
  const accounts = createAccounts({
    ...needs,
    clients: config.signIn.clients,
    revokedBefore: needs.revocations.revokedBefore,
    accountSeal: createAccountSeal(restSeal),
    restSeal,
    finishLogin: (uid, outcome) => issuer().finishLogin(uid, outcome),
    ...legacyReader(needs),
    newAccountId: () => randomUUID() as AccountId,
  });
  // Both speak of the public URL, which is known once the port is.
  const issuer = once(() =>
    createIssuer({
      publicUrl: needs.publicUrl(),
      clients: config.signIn.clients,
      roles: config.roles,
      signKeys: keyring.signKeys,
      cookieKeys: keyring.cookieKeys,
      store: needs.issuerEntries,
      seal: restSeal,
      revokedBefore: needs.revocations.revokedBefore,
      login: accounts.login,
      saveAccount: async (userId, signedIn) => {
        await accounts.saveSignedIn(userId, signedIn);
      },
      sealEnvelopes: (userId, xUserId, expiresAt) =>
        accounts.credentialsOfUser(userId, xUserId, (credentials) =>
          sealPair(keyring, readable(credentials), { userId, expiresAt, now }),
        ),
      ...(hook === undefined ? {} : { hook }),
      log,
      now,
    }),
  );
  const verify = once(() =>
    createBearerCheck({
      ...(secrets.jwtSecret === undefined ? {} : { jwtSecret: secrets.jwtSecret.reveal() }),
      ...(issues ? { own: ownTokens(config, issuer()) } : {}),
      weaknessOfHmacKey,
      log,
      now,
    }),
  );
  // What it cannot take of the clients is told at start, not at the first sign-in.
  if (issues && config.signIn.publicUrl !== undefined) issuer();
  if (!issues) log('warn', 'keyring_note', { reason: NO_ISSUER });
  return {
    accounts,
    issuer: issues ? { handle: (request, response) => issuer().handle(request, response) } : undefined,
    verifyBearer: (authorization, role) => verify()(authorization, role),
  };
};

const NO_ISSUER =
  'The keyring has no active key of use sign or cookie, so Herald issues no tokens: herald keys generate --use sign, --use cookie.';

const ownTokens = ({ signIn }: Config, issuer: Issuer) => ({
  issuer: issuer.issuer,
  audiences: signIn.clients.map(({ audience }) => audience),
  jwks: () => issuer.publicJwks().keys,
});

const legacyReader = ({ config, secrets, meter, now }: SignInNeeds) => {
  const { legacyReadUntil: until } = config.signIn;
  const { legacyPassword: password } = secrets;
  if (until === undefined || password === undefined) return {};
  return { legacy: createLegacyReader({ password, until, now, count: () => meter.legacyRead() }) };
};

const readable = ({ accessToken, accessTokenSecret }: XCredentials) => ({
  accessToken: accessToken.reveal(),
  accessTokenSecret: accessTokenSecret.reveal(),
});

const once = <T>(make: () => T): (() => T) => {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
};
