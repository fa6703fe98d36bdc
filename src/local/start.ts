import { join } from 'node:path';
import { runProcess, type Service, stopSignal } from '../service.ts';
import { readEnvironment } from './environment.ts';
import { signInWithPkce } from './oauth.ts';
import { actionBody, curlForAction, sessionVariables } from './requests.ts';
import type { SandboxProcess } from './sandbox-process.ts';
import { sandboxUser, sealForOneDay } from './sandbox-users.ts';
import { type Stack, startStack } from './stack.ts';

const say = (line = ''): void => void process.stdout.write(`${line}\n`);

const announce = async (stack: Stack, fromFile: boolean): Promise<void> => {
  const { service, sandbox, stateDir, made } = stack;
  say();
  if (fromFile) say('Variables are read from .env; those of the shell go before.');
  for (const path of made) say(`Made a development secret, readable by you alone: ${path}`);
  say(
    sandbox === undefined ? liveNotice(service) : `Sandbox timeline   ${sandbox.url}/${wasRunning(sandbox)}`,
  );
  if (sandbox === undefined) say(`Budget             ${budgetNotice(service)}`);
  say(`Hasura actions     ${service.url}/hasura/actions`);
  say(`Remote schema      ${service.url}/graphql`);
  say(`Metrics            ${service.metricsUrl}`);
  say(`Database           ${databaseNotice(stack)}`);
  say(`State folder       ${stateDir}`);
  if (sandbox !== undefined) {
    await announceCurl(stack, sandbox.url);
    await announceBearer(stack);
  }
  say();
  say('Ctrl-C stops everything.');
};

const databaseNotice = ({ postgres, environment }: Stack): string => {
  if (postgres === undefined) return `DATABASE_URL${environment.DATABASE_URL_FILE ? '_FILE' : ''}`;
  return `embedded Postgres on port ${postgres.port}${postgres.reused ? '   (was running already)' : ''}`;
};

const liveNotice = ({ config }: Service): string =>
  `LIVE: posts go to ${config.x.apiUrl.host === 'api.x.com' ? 'x.com' : config.x.apiUrl.host}`;

const budgetNotice = ({ config }: Service): string => {
  const { appDayMicroUsd } = config.ledger.budget;
  const limit = appDayMicroUsd === undefined ? 'unlimited' : `${appDayMicroUsd / 1_000_000} US dollars a day`;
  return `${limit} (HERALD_BUDGET_DAY_USD); today's: npm run herald -- budget list`;
};

const wasRunning = ({ reused }: SandboxProcess): string => (reused ? '   (was running already)' : '');

const announceCurl = async (stack: Stack, sandboxUrl: string): Promise<void> => {
  const alice = await sandboxUser(sandboxUrl, 'alice');
  const userId = `twitter|${alice.id}`;
  const sealed = await sealForOneDay(stack.environment, userId, {
    accessToken: alice.access_token,
    accessTokenSecret: alice.access_token_secret,
  });
  const text = `Hello from Herald, started at ${new Date().toISOString()}`;
  const body = actionBody('postTweet', { text }, sessionVariables(userId, sealed));
  say();
  say('Post as alice, exactly as Hasura would ask (her sealed credentials are good for 24 hours):');
  say();
  say(curlForAction(stack.service.url, stack.environment, body));
};

/** The token is issued by the running service, after a real sign-in at the sandbox. A keyring of one's own may leave the issuer out. */
const announceBearer = async ({ service }: Stack): Promise<void> => {
  const discovery = await fetch(`${service.url}/.well-known/openid-configuration`);
  if (!discovery.ok) return;
  say();
  // Clients and a claims hook of one's own may not let her in; Herald runs all the same.
  const signedIn = await signInWithPkce(service.url, service.config, 'alice').catch((error: Error) => error);
  if (signedIn instanceof Error) return say(`No bearer token for alice: ${signedIn.message}`);
  say('Or with her bearer token, in the Hasura console or at /graphql (good for an hour):');
  say();
  say(`Authorization: Bearer ${signedIn.access_token}`);
};

runProcess(async () => {
  const stopped = stopSignal();
  const { environment, fromFile } = readEnvironment(process.cwd());
  const stack = await startStack(
    { HERALD_STATE_DIR: join(process.cwd(), '.herald'), ...environment },
    process.stdout.isTTY,
  );
  await announce(stack, fromFile);
  await stopped;
  say('Stopping: what is in flight is finished first.');
  await stack.stop();
});
