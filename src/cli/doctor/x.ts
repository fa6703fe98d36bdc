import type { LedgerPost } from '../../kernel/index.ts';
import { publicOrigin } from '../public-url.ts';
import { askXClock, type XClock } from '../x-clock.ts';
import { type Check, fail, ok, warn } from './check.ts';
import type { Examined } from './configuration.ts';
import { askRequestToken, type RequestTokenAnswer } from './request-token.ts';

const SKEW_MS = 30_000;
/** X refuses signatures that are 5 minutes off; Herald stops a minute earlier. */
const REFUSED_SKEW_MS = 240_000;

/** Everything about X. `posts` are the newest ones, which prove what X let the application do. */
export const checkX = async (examined: Examined, posts: readonly LedgerPost[]): Promise<Check[]> => {
  const { config, x } = examined;
  const callbackUrl = `${publicOrigin(config)}/auth/x/callback`;
  const [clock, answer] = await Promise.all([
    askXClock(config.x.apiUrl),
    x === undefined ? undefined : askRequestToken(x, config.x.apiUrl, callbackUrl),
  ]);
  return [
    reachability(config.x.apiUrl, clock),
    ...(clock.skewMs === undefined ? [] : [checkClock(clock.skewMs)]),
    application(answer),
    callback(callbackUrl, answer, examined),
    permission(answer, posts),
  ];
};

const reachability = ({ origin, host }: URL, { reachable }: XClock): Check => {
  if (!reachable)
    return fail(
      'X',
      `${origin} cannot be reached from here.`,
      'Look at the way out: DNS, firewall, proxy. Posts wait until it is there.',
    );
  return ok(
    'X',
    `${origin} answers.${host === 'api.x.com' ? ' LIVE: posts go to x.com.' : ' It is not x.com.'}`,
  );
};

const checkClock = (skewMs: number): Check => {
  const seconds = Math.round(Math.abs(skewMs) / 1000);
  if (Math.abs(skewMs) < SKEW_MS)
    return ok('X clock', seconds <= 1 ? 'Clocks agree.' : `${seconds} s apart.`);
  const sentence = `This machine is ${seconds} s ${skewMs > 0 ? 'ahead of' : 'behind'} X.`;
  const state = Math.abs(skewMs) >= REFUSED_SKEW_MS ? fail : warn;
  return state(
    'X clock',
    sentence,
    "Set this machine's clock (NTP): X refuses signatures that are 5 minutes off.",
  );
};

const NOT_AUTHENTICATED = [32, 89, 215];
const CLOCK_REFUSED = 135;
const CALLBACK_REFUSED = 415;
const CONSOLE = 'X developer console > your app > User authentication settings';

const application = (answer: RequestTokenAnswer | undefined): Check => {
  const name = 'application';
  if (answer === undefined)
    return fail(
      name,
      'There is no X_APP_KEY and X_APP_SECRET.',
      'They stand in the X developer console under Keys and tokens: consumer key and secret.',
    );
  const { status, codes } = answer;
  if (status === undefined) return warn(name, 'X could not be asked whether it knows the application.');
  if (codes.includes(CLOCK_REFUSED))
    return fail(name, 'X refuses the time of this machine.', "Set this machine's clock (NTP).");
  if (status === 200 || codes.includes(CALLBACK_REFUSED))
    return ok(name, 'X knows X_APP_KEY and X_APP_SECRET.');
  if (status === 401 || codes.some((code) => NOT_AUTHENTICATED.includes(code))) {
    return fail(
      name,
      'X does not take X_APP_KEY and X_APP_SECRET.',
      'Copy both again from the X developer console, Keys and tokens: the consumer key and secret, not the bearer token, not the OAuth 2.0 client.',
    );
  }
  return warn(name, `X gave no request token (HTTP ${status}).`, 'Run this again in a few minutes.');
};

const callback = (url: string, answer: RequestTokenAnswer | undefined, { config }: Examined): Check => {
  const name = 'callback';
  const paste = `Paste it, exactly: ${CONSOLE} > Callback URI: ${url}`;
  if (answer?.codes.includes(CALLBACK_REFUSED))
    return fail(name, `X has not approved ${url} for this application.`, paste);
  if (answer?.status === 200 && !answer.isConfirmed)
    return fail(name, `X did not confirm ${url}, so nobody could sign in.`, paste);
  if (config.signIn.publicUrl === undefined && !config.development)
    return fail(name, `${url} reaches no browser but one on this machine.`, 'Set HERALD_PUBLIC_URL.');
  if (answer?.isConfirmed) return ok(name, `X takes ${url}.`);
  return warn(name, `Whether X takes ${url} could not be asked.`, paste);
};

/** What the application may do shows in X's header, or in what X made of the newest posts. */
const permission = (answer: RequestTokenAnswer | undefined, posts: readonly LedgerPost[]): Check => {
  const name = 'permission';
  const repair = [
    `Set it: ${CONSOLE} > App permissions > Read and write.`,
    'Users who connected before then connect again: their credentials keep the permission they were made with.',
  ];
  if (answer?.accessLevel !== undefined) {
    return answer.accessLevel.includes('write')
      ? ok(name, `X says ${answer.accessLevel}.`)
      : fail(name, `X says ${answer.accessLevel}: the application may not post.`, ...repair);
  }
  const telling = posts.find((post) => wasPosted(post) || wasForbidden(post));
  if (telling === undefined) {
    return warn(
      name,
      'X tells what the application may do only once somebody signed in.',
      `Look now: ${CONSOLE} > App permissions must be Read and write. An account that connects before that cannot post later.`,
      'After the first sign-in post once: APP_NOT_PERMITTED says that it is wrong.',
    );
  }
  return wasPosted(telling)
    ? ok(name, `Read and write: post ${telling.id} is on X.`)
    : fail(name, `X refused post ${telling.id}: the application may not post.`, ...repair);
};

const wasPosted = ({ parts }: LedgerPost): boolean => parts.some(({ tweetId }) => tweetId !== undefined);
const wasForbidden = ({ parts }: LedgerPost): boolean =>
  parts.some(({ error }) => error?.code === 'APP_NOT_PERMITTED');
