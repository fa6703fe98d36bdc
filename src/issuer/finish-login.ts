import { randomBytes } from 'node:crypto';
import type { InteractionResults, Provider } from 'oidc-provider';
import { type FinishLogin, HeraldError, type Log, type UserId, type XSignedIn } from '../kernel/index.ts';
import { resourceOf } from './clients.ts';
import { digest } from './entries.ts';
import { reasonOf, redirectError } from './refusals.ts';
import type { SignIns } from './sign-ins.ts';
import { type Tokens, userIdOf } from './tokens.ts';

interface LoginTools {
  readonly provider: Provider;
  readonly tokens: Tokens;
  readonly signIns: SignIns;
  readonly saveAccount: (userId: UserId, signedIn: XSignedIn) => Promise<void>;
  readonly log: Log;
  readonly now: () => Date;
}

/** The query parameter that proves that a browser came back from X, and the field of the result that knows its digest. */
export const proofParameter = 'proof';
const proofField = 'proofDigest';

/**
 * Ends a login: the user who came back from X is the one who signed in, and has consented by it. Gives the address that
 * goes on to the application; only the browser that came back may be told it. What fails from here on (the hook, the
 * database, the user's own refusal) is told to the application there.
 * Throws `INVALID_REQUEST` when the sign-in is over or was finished before, `TEMPORARILY_UNAVAILABLE`.
 */
export const createFinishLogin =
  (tools: LoginTools): FinishLogin =>
  async (uid, outcome) => {
    const interaction = await asHeralds(tools.provider.Interaction.find(uid));
    if (interaction === undefined || interaction.result !== undefined)
      throw new HeraldError('INVALID_REQUEST', {
        message: 'This sign-in took too long or was finished already. Start it again in the app.',
      });
    const proof = randomBytes(32).toString('base64url');
    const clientId = String(interaction.params.client_id);
    const result =
      outcome.kind === 'signed_in'
        ? await signedIn(tools, clientId, outcome.signedIn)
        : withoutSignIn[outcome.kind];
    interaction.result = { ...result, [proofField]: digest(proof) };
    await asHeralds(interaction.persist());
    const next = new URL(interaction.returnTo);
    next.searchParams.set(proofParameter, proof);
    return next;
  };

/** RFC 6749, section 4.1.2.1. */
const withoutSignIn = {
  denied: { error: 'access_denied', error_description: 'The user did not allow the app at X.' },
  unavailable: {
    error: 'temporarily_unavailable',
    error_description: 'X could not be asked. Try again in a moment.',
  },
};

/** An adapter's refusal is oidc-provider's own; whoever asks from outside gets the cause, which is Herald's. */
const asHeralds = async <T>(work: Promise<T>): Promise<T> => {
  try {
    return await work;
  } catch (error) {
    throw error instanceof Error && error.cause instanceof HeraldError ? error.cause : error;
  }
};

const signedIn = async (
  tools: LoginTools,
  clientId: string,
  signedInAtX: XSignedIn,
): Promise<InteractionResults> => {
  try {
    return await grantSignIn(tools, clientId, signedInAtX);
  } catch (error) {
    const refusal = redirectError(error);
    if (refusal.error === 'access_denied')
      tools.log('warn', 'sign_in_refused', { operation: 'finishLogin', reason: refusal.error_description });
    else tools.log('error', 'issuer_failed', { operation: 'finishLogin', reason: reasonOf(error), error });
    return refusal;
  }
};

const grantSignIn = async (
  { provider, tokens, signIns, saveAccount, now }: LoginTools,
  clientId: string,
  signedInAtX: XSignedIn,
): Promise<InteractionResults> => {
  const { xUserId } = signedInAtX.credentials;
  const who = { xUserId, username: signedInAtX.username, clientId };
  const hooked = await tokens.askHook(who);
  const userId = hooked.userId ?? userIdOf(xUserId);
  await saveAccount(userId, signedInAtX);
  await tokens.outwaitRevocation(userId);
  const signIn = { ...who, userId, hooked, signedInAt: now() };
  // Made to see that it can be: a token that is too long is told at the sign-in, not after it.
  await tokens.claimsOf(signIn);
  const grant = new provider.Grant({ accountId: userId, clientId });
  grant.addOIDCScope('openid offline_access');
  grant.addResourceScope(resourceOf(clientId), 'openid');
  const grantId = await grant.save();
  await signIns.put(grantId, signIn);
  return { login: { accountId: userId, remember: false }, consent: { grantId } };
};

/**
 * Whether a browser may go on with the sign-in `uid`. The cookie that oidc-provider asks for is that of the browser which
 * started; the proof was told to the browser that came back from X. Without both being one, somebody could start a
 * sign-in, have another person finish it at X by a link, and be signed in as that person.
 */
export const mayResume = async (provider: Provider, uid: string, proof: unknown): Promise<boolean> => {
  const interaction = await provider.Interaction.find(uid);
  if (interaction === undefined) return true; // oidc-provider says that it is over
  return typeof proof === 'string' && interaction.result?.[proofField] === digest(proof);
};
