import { existsSync } from 'node:fs';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Sandbox, startSandbox } from '../../src/sandbox/index.ts';
import { type Account, account, control, postedId } from './signed.ts';
import { describeMedia, GIF, MP4, PNG, upload } from './uploads.ts';

const CHROMIUM = '/usr/bin/chromium';
const ALT_TEXT = 'The sun sets behind two green hills; the sky is orange and violet.';

// A machine without Chromium may go without this test; CI may not.
describe.skipIf(!existsSync(CHROMIUM) && !process.env.CI)('what the timeline looks like', () => {
  let sandbox: Sandbox;
  let browser: Browser;
  let alice: Account;
  let bob: Account;

  beforeAll(async () => {
    sandbox = await startSandbox({ plan: 'enterprise' });
    alice = await account(sandbox, 'alice');
    bob = await account(sandbox, 'bob');
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--disable-gpu'] });
  });
  afterAll(async () => {
    await browser?.close();
    await sandbox.close();
  });

  /** A picture of hills under a sky of these colours, drawn by the browser. */
  async function draw(sky: string): Promise<Buffer> {
    const page = await browser.newPage({ viewport: { width: 800, height: 450 } });
    await page.setContent(`<body style="margin:0;overflow:hidden;background:linear-gradient(${sky})">
      <i style="position:absolute;left:340px;top:190px;width:150px;height:150px;border-radius:50%;background:#ffd98a"></i>
      <i style="position:absolute;left:-120px;top:270px;width:700px;height:500px;border-radius:50%;background:#2b7a2b"></i>
      <i style="position:absolute;left:380px;top:300px;width:800px;height:500px;border-radius:50%;background:#1c5a3a"></i>`);
    const picture = await page.screenshot();
    await page.close();
    return picture;
  }

  async function postEverything(): Promise<void> {
    const sunset = await upload(sandbox, alice, PNG, await draw('#5b3a8e, #d9622b 70%'));
    await describeMedia(sandbox, alice, sunset, ALT_TEXT);
    const morning = await upload(sandbox, alice, PNG, await draw('#8ec5ff, #fff4d6 70%'));
    await control(sandbox, 'POST', 'faults', { kind: 'media-processing', ms: 0, times: 2 });
    const gif = await upload(sandbox, bob, GIF, await draw('#111, #444 70%'));
    const video = await upload(sandbox, bob, MP4);

    const asked = await postedId(sandbox, bob, { text: 'Where do you walk next, @alice?' });
    await postedId(sandbox, bob, { text: 'It moves', media: { media_ids: [gif] } });
    await postedId(sandbox, bob, { media: { media_ids: [video] }, paid_partnership: true });
    const quoted = await postedId(sandbox, bob, { text: 'Maps are https://example.org/maps too.' });
    await postedId(sandbox, alice, { text: 'Look here', quote_tweet_id: quoted, community_id: '1501272736' });
    await postedId(sandbox, alice, { text: 'Not there yet.', reply: { in_reply_to_tweet_id: asked } });
    const first = await postedId(sandbox, alice, {
      text: 'A walk in the hills. A thread, 1/3',
      media: { media_ids: [sunset] },
      made_with_ai: true,
      reply_settings: 'following',
    });
    const media = { media_ids: [morning, sunset] };
    const second = await postedId(sandbox, alice, {
      text: 'Morning and evening 👋 2/3',
      media,
      reply: { in_reply_to_tweet_id: first },
    });
    await postedId(sandbox, alice, {
      text: 'Where to next, @bob? 3/3',
      poll: { options: ['The sea', 'The hills again', 'Home'], duration_minutes: 1440 },
      reply: { in_reply_to_tweet_id: second },
    });
  }

  const loaded = (page: Page) =>
    page.locator('img').evaluateAll((all: HTMLImageElement[]) => all.map((image) => image.naturalWidth));

  it('a thread, pictures with their alt text, a poll, a quote and labels', async () => {
    await postEverything();
    const page = await browser.newPage({ viewport: { width: 760, height: 1340 } });
    const refused: string[] = [];
    page.on('console', (message) => refused.push(message.text()));
    await page.goto(sandbox.url);
    await page.locator('img').last().scrollIntoViewIfNeeded();
    await expect.poll(() => loaded(page)).toEqual([800, 800, 800, 800]);
    expect(await page.getByAltText(ALT_TEXT).count()).toBe(2);
    const badge = page.locator('.alt').first();
    await page.evaluate(() => globalThis.scrollTo(0, 0));
    expect(await badge.locator('p').isVisible()).toBe(false);
    await badge.locator('summary').click();
    expect(await badge.locator('p').textContent()).toBe(ALT_TEXT);
    expect(await badge.locator('p').isVisible()).toBe(true);
    for (const words of ['The hills again', 'Made with AI', 'Paid partnership', 'In community 1501272736']) {
      expect(await page.getByText(words, { exact: true }).first().isVisible()).toBe(true);
    }
    const depths = await page
      .locator('.tweet', { hasText: '/3' })
      .evaluateAll((all) => all.map((tweet) => /level-\d/.exec(tweet.className)?.[0]));
    expect(depths).toEqual(['level-0', 'level-1', 'level-2']);
    expect(refused).toEqual([]);
  });

  it('does not overflow a narrow screen', async () => {
    const page = await browser.newPage({ viewport: { width: 360, height: 800 } });
    await page.goto(sandbox.url);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
  });
});
