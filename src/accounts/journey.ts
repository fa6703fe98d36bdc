import {
  type BrowserSignIn,
  type FinishLogin,
  HeraldError,
  Secret,
  type SignInOutcome,
  type XSignIn,
} from '../kernel/index.ts';
import { finishConnect } from './connect.ts';
import { isReturnTo } from './return-to.ts';
import { digestOf, type Journey, newToken, type Underway } from './single-use.ts';
import type { TicketTools } from './ticket.ts';

export interface JourneyTools extends TicketTools {
  readonly x: Pick<XSignIn, 'begin' | 'complete'>;
  readonly redirectUris: readonly string[];
  readonly finishLogin: FinishLogin;
}

/**
 * Trades a ticket for a request token of X and a cookie. Whoever comes back with that request token must have that cookie,
 * so that nobody consents to what another browser began (OAuth security advisory 2009.1).
 */
export const depart = async (
  tools: JourneyTools,
  ticket: string,
): Promise<{ redirectTo: URL; cookie: string }> => {
  const journey = await tools.singleUse.take('ticket', ticket, '');
  if (journey === undefined) throw ticketRefused();
  const callback = new URL('/auth/x/callback', tools.publicUrl());
  const { requestToken, requestTokenSecret, authorizeUrl } = await tools.x.begin(callback.href);
  const cookie = newToken();
  const underway = { journey, requestTokenSecret: requestTokenSecret.reveal() };
  await tools.singleUse.keep('request_token', requestToken, digestOf(cookie), underway);
  return { redirectTo: authorizeUrl, cookie };
};

type Returned = Parameters<BrowserSignIn['arrive']>[0];

/** Takes the request token, so that a replay finds nothing, and only then asks X. */
export const arrive = async (tools: JourneyTools, returned: Returned): Promise<{ redirectTo: URL }> => {
  const { cookie, requestToken, verifier, denied } = returned;
  if (denied !== undefined) {
    if (requestToken !== undefined || verifier !== undefined) throw journeyRefused();
    const { journey } = await takeUnderway(tools, denied, cookie);
    return { redirectTo: await finish(tools, journey, { kind: 'denied' }) };
  }
  if (!verifier || !requestToken) throw journeyRefused();
  const { journey, requestTokenSecret } = await takeUnderway(tools, requestToken, cookie);
  const outcome = await exchange(tools, {
    requestToken,
    requestTokenSecret: new Secret(requestTokenSecret),
    verifier,
  });
  return { redirectTo: await finish(tools, journey, outcome) };
};

const takeUnderway = async (
  { singleUse, redirectUris }: JourneyTools,
  requestToken: string,
  cookie: string | undefined,
): Promise<Underway> => {
  if (!cookie) throw journeyRefused();
  const underway = await singleUse.take('request_token', requestToken, digestOf(cookie));
  if (underway === undefined) throw journeyRefused();
  const { journey } = underway;
  if (journey.purpose === 'connect' && !isReturnTo(journey.returnTo, redirectUris)) throw journeyRefused();
  return underway;
};

const exchange = async (
  { x }: JourneyTools,
  returned: Parameters<XSignIn['complete']>[0],
): Promise<SignInOutcome> => {
  try {
    return { kind: 'signed_in', signedIn: await x.complete(returned) };
  } catch (error) {
    if (!(error instanceof HeraldError)) throw error;
    return { kind: error.code === 'CREDENTIALS_INVALID' ? 'denied' : 'unavailable' };
  }
};

const finish = (tools: JourneyTools, journey: Journey, outcome: SignInOutcome): Promise<URL> =>
  journey.purpose === 'sign_in'
    ? tools.finishLogin(journey.uid, outcome)
    : finishConnect(tools.singleUse, journey, outcome);

const ticketRefused = (): HeraldError =>
  new HeraldError('INVALID_REQUEST', {
    message: 'This link was used already or is older than ten minutes. Go back to the app and start again.',
  });

const journeyRefused = (): HeraldError =>
  new HeraldError('INVALID_REQUEST', {
    message:
      'This browser has no sign-in with X under way that this answer belongs to. Nothing was stored. Go back to the app and start again.',
  });
