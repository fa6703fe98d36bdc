import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createWorld, type World } from '../support/world.ts';

const CHROMIUM = '/usr/bin/chromium';

// A machine without Chromium may go without this test; CI may not.
describe.skipIf(!existsSync(CHROMIUM) && !process.env.CI)('the timeline in a browser', () => {
  let world: World;
  let browser: Browser;

  beforeAll(async () => {
    world = await createWorld();
    const args = [
      '--disable-gpu',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ];
    browser = await chromium.launch({ executablePath: CHROMIUM, args });
  });
  afterAll(async () => {
    await browser?.close();
    await world.close();
  });

  it('shows who, when, text and an indented reply, escaped, and updates by itself', async () => {
    const session = await world.session('alice');
    const page = await browser.newPage();
    const errors: string[] = [];
    page.on('pageerror', (error) => errors.push(error.message));
    await page.goto(world.sandbox.url);

    const first = (await world.act('postTweet', { input: { text: 'Hi <b>bold</b> & 👋' } }, session)).body;
    const card = page.locator(`#tweet-${first.tweetId}`);
    await card.waitFor();
    expect(await card.textContent()).toContain('Hi <b>bold</b> & 👋');
    expect(await card.textContent()).toContain('@alice');
    expect(await card.locator('time').getAttribute('datetime')).toMatch(/^\d{4}-/);

    const input = { text: 'and a reply', inReplyToTweetId: first.tweetId };
    const reply = (await world.act('postTweet', { input }, session)).body;
    const replyCard = page.locator(`#tweet-${reply.tweetId}`);
    await replyCard.waitFor();
    const [outer, inner] = await Promise.all(
      [card, replyCard].map((one) => one.locator('.avatar').boundingBox()),
    );
    expect(inner?.x).toBeGreaterThan(outer?.x ?? 0);
    expect(inner?.y).toBeGreaterThan(outer?.y ?? 0);
    expect(errors).toEqual([]);
  });

  it('is where the url of an answer leads', async () => {
    const answer = await world.act(
      'postTweet',
      { input: { text: 'follow the link' } },
      await world.session('bob'),
    );
    const page = await browser.newPage();
    await page.goto(answer.body.url ?? '');
    expect(await page.locator(`#tweet-${answer.body.tweetId}`).textContent()).toContain('follow the link');
  });

  it('reads the same without JavaScript, and says that it is not X', async () => {
    const page = await browser.newPage({ javaScriptEnabled: false });
    await page.goto(world.sandbox.url);
    expect(await page.title()).toContain('sandbox');
    expect(await page.textContent('body')).toContain('This is not X');
  });
});
