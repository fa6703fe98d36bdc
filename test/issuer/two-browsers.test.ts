import { afterEach, describe, expect, it } from 'vitest';
import { Browser, beginSignIn, type IssuerWorld, startIssuer } from './fixtures.ts';

const started: IssuerWorld[] = [];
const start = async (...options: Parameters<typeof startIssuer>): Promise<IssuerWorld> => {
  const world = await startIssuer(...options);
  started.push(world);
  return world;
};
afterEach(async () => {
  for (const world of started.splice(0)) await world.close();
});

const isConnect = ({ pathname }: URL): boolean => pathname === '/auth/x/connect';
const isResume = ({ pathname }: URL): boolean => pathname.startsWith('/oauth/authorize/');

describe('two browsers', () => {
  it('cannot share a sign-in: who started it does not become who finished it', async () => {
    const world = await start();
    const { authorizeUrl } = await beginSignIn(world);
    const attacker = new Browser(world.url);
    const link = await attacker.stopAt(authorizeUrl, isConnect);
    // The victim follows the attacker's link, allows the app at X and is sent on.
    const victim = new Browser(world.url);
    const onward = await victim.stopAt(link, isResume);
    const victimsEnd = await victim.get(onward);
    expect(victimsEnd.status).toBe(400);
    expect(await victimsEnd.text()).toContain('another browser');
    // The attacker's browser has the cookie, but was never told the proof.
    for (const proof of [undefined, '', 'x'.repeat(43)]) {
      const guess = new URL(onward);
      guess.searchParams.delete('proof');
      if (proof !== undefined) guess.searchParams.set('proof', proof);
      const answer = await attacker.get(guess);
      expect(answer.status).toBe(400);
      expect(answer.headers.get('location')).toBeNull();
    }
  });

  it('cannot go on before the user came back from X', async () => {
    const world = await start();
    const { authorizeUrl } = await beginSignIn(world);
    const browser = new Browser(world.url);
    const link = await browser.stopAt(authorizeUrl, isConnect);
    const early = new URL(`/oauth/authorize/${link.searchParams.get('ticket')}`, world.url);
    expect((await browser.get(early)).status).toBe(400);
    expect(await browser.follow(link)).toHaveProperty('left');
  });

  it('with the right proof but without the cookie get nowhere, also after a forged one', async () => {
    const world = await start();
    const { authorizeUrl } = await beginSignIn(world);
    const link = await new Browser(world.url).stopAt(authorizeUrl, isConnect);
    const other = new Browser(world.url);
    const onward = await other.stopAt(link, isResume);
    const uid = link.searchParams.get('ticket') ?? '';
    other.cookies.set('herald_sign_in', { value: uid, path: '/' });
    other.cookies.set('herald_sign_in.sig', { value: 'A'.repeat(27), path: '/' });
    expect((await other.get(onward)).status).toBe(400);
  });
});
