import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { XMedia, XPost } from '../../src/kernel/index.ts';
import { drawPicture } from '../../src/local/picture.ts';
import type { Person } from '../faults/support/people.ts';
import { ask, createStage, type Stage } from './stage.ts';

const CHROMIUM = '/usr/bin/chromium';
const PICTURE = 'docs/sandbox-timeline.png';
const ALT_TEXT = 'Evening over the hills: two green ridges, and a pale sun in an orange sky.';

// A machine without Chromium may go without this test; CI may not.
describe.skipIf(!existsSync(CHROMIUM) && !process.env.CI)(
  'what Herald posted, as the timeline shows it',
  () => {
    let stage: Stage;
    let browser: Browser;
    let alice: Person;

    beforeAll(async () => {
      stage = await createStage();
      alice = await stage.signIn('alice');
      browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--disable-gpu'] });
    });
    afterAll(async () => {
      await browser?.close();
      await stage.close();
    });

    const postThread = async (): Promise<XPost> => {
      const base64 = drawPicture().toString('base64');
      const media = await ask<XMedia>(stage, alice, 'uploadTweetMedia', { base64, altText: ALT_TEXT });
      const parts = [
        { text: 'A walk in the hills, in three tweets 👇', mediaIds: [media.id], replySettings: 'FOLLOWING' },
        {
          text: 'Where to go next?',
          poll: { options: ['The sea', 'The hills again', 'Home'], durationMinutes: 1440 },
        },
        {
          text: 'The map is at https://example.org/hills – drawn by a machine, paid for by the village.',
          madeWithAi: true,
          paidPartnership: true,
        },
      ];
      return ask(stage, alice, 'postThread', { parts });
    };

    it('a thread, a picture with its alt text, a poll and labels', async () => {
      const post = await postThread();
      expect(post.state).toBe('SENT');
      const page = await browser.newPage({ viewport: { width: 760, height: 945 } });
      await page.goto(stage.world.sandbox.url);

      const cards = post.parts.map(({ tweetId }) => page.locator(`#tweet-${tweetId}`));
      for (const [position, card] of cards.entries()) {
        expect(await card.getAttribute('class')).toContain(`level-${position}`);
        expect(await card.locator('.text').isVisible()).toBe(true);
      }
      const picture = page.getByAltText(ALT_TEXT);
      await expect
        .poll(() => picture.evaluate((image: HTMLImageElement) => image.naturalWidth))
        .toBeGreaterThan(0);
      await page.locator('.alt summary').click();
      expect(await page.locator('.alt p').textContent()).toBe(ALT_TEXT);
      for (const option of ['The sea', 'The hills again', 'Home', '1 day left'])
        expect(await cards[1]?.getByText(option).isVisible()).toBe(true);
      for (const label of ['Made with AI', 'Paid partnership'])
        expect(await cards[2]?.getByText(label, { exact: true }).isVisible()).toBe(true);
      expect(await cards[0]?.getByText('Accounts @alice follows can reply').isVisible()).toBe(true);

      // The page reads its list anew meanwhile: what was open stays open.
      await ask(stage, alice, 'postTweet', { text: 'Hello from the hills' });
      await page.getByText('Hello from the hills').waitFor();
      expect(await page.locator('.alt p').isVisible()).toBe(true);
      const screenshot = await page.screenshot({
        // The picture in the documentation: KEEP_PICTURE=1 npx vitest run test/threads/timeline-picture.test.ts
        ...(process.env.KEEP_PICTURE ? { path: PICTURE } : {}),
      });
      expect(screenshot.length).toBeLessThan(200_000);
    });
  },
);
