import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Sandbox, startSandbox } from '../../src/sandbox/index.ts';
import { countCashtags, findMentions } from '../../src/sandbox/mentions.ts';
import { type Account, account, control, post, postedId, type Reply } from './signed.ts';

let sandbox: Sandbox;
let alice: Account;
let bob: Account;
beforeAll(async () => {
  sandbox = await startSandbox();
  alice = await account(sandbox, 'alice');
  bob = await account(sandbox, 'bob');
});
afterAll(() => sandbox.close());
beforeEach(async () => {
  await control(sandbox, 'POST', 'reset');
  await control(sandbox, 'POST', 'limits', { plan: 'self-serve', posts: null });
});

const detailOf = (reply: Reply) => (JSON.parse(reply.text) as { detail?: string }).detail;
const reply = (who: Account, to: string, text = 'a reply') =>
  post(sandbox, who, { text, reply: { in_reply_to_tweet_id: to } });
const quote = (who: Account, id: string) => post(sandbox, who, { text: 'a quote', quote_tweet_id: id });
const enterprise = () => control(sandbox, 'POST', 'limits', { plan: 'enterprise' });

describe('a self-serve application', () => {
  test('replies to its user’s own tweets, so threads work', async () => {
    let parent = await postedId(sandbox, alice, { text: 'part 0' });
    for (let part = 1; part < 5; part += 1) {
      parent = await postedId(sandbox, alice, {
        text: `part ${part}`,
        reply: { in_reply_to_tweet_id: parent },
      });
    }
  });

  test('replies to who mentioned or quoted its user, and to nobody else', async () => {
    const strangers = await postedId(sandbox, bob, {
      text: 'nothing about a.lice, me@alice.example or @alicette',
    });
    const refused = await reply(alice, strangers);
    expect([refused.status, JSON.parse(refused.text)]).toEqual([
      403,
      {
        title: 'Forbidden',
        detail:
          'Reply to this conversation is not allowed because you have not been mentioned or otherwise engaged by the author of the post you are replying to.',
        type: 'https://api.x.com/2/problems/not-authorized-for-resource',
        status: 403,
      },
    ]);
    const summons = await postedId(sandbox, bob, { text: 'what do you say, @ALICE?' });
    expect((await reply(alice, summons)).status).toBe(201);
    const own = await postedId(sandbox, alice, { text: 'quotable' });
    await enterprise();
    const quoting = await postedId(sandbox, bob, { text: 'see this', quote_tweet_id: own });
    await control(sandbox, 'POST', 'limits', { plan: 'self-serve' });
    expect((await reply(alice, quoting, 'thank you')).status).toBe(201);
  });

  test('quotes nobody, its user neither', async () => {
    const own = await postedId(sandbox, alice, { text: 'quotable' });
    const refused = await quote(alice, own);
    expect([refused.status, JSON.parse(refused.text)]).toEqual([
      403,
      {
        title: 'Authorization Error',
        detail: 'You can only reply to or quote posts where you are mentioned or are the author.',
        type: 'https://api.x.com/2/problems/not-authorized-for-resource',
        status: 403,
      },
    ]);
  });

  test('names one stock, not two', async () => {
    expect((await post(sandbox, alice, { text: 'up: $TSLA, not $5' })).status).toBe(201);
    const refused = await post(sandbox, alice, { text: '$TSLA and $BRK.A' });
    expect([refused.status, detailOf(refused)]).toEqual([
      403,
      'You are not permitted to perform this action.',
    ]);
  });

  test('is told of a parent that is not there before anything about permission', async () => {
    expect(detailOf(await reply(alice, '123'))).toContain('deleted or not visible to you');
  });
});

test('an enterprise application may reply to strangers, quote, and name stocks', async () => {
  await enterprise();
  const strangers = await postedId(sandbox, bob, { text: 'nothing about anybody' });
  expect((await reply(alice, strangers)).status).toBe(201);
  const quoting = await quote(alice, strangers);
  expect(quoting.status).toBe(201);
  expect((await quote(alice, '123')).status).toBe(400);
  expect((await post(sandbox, alice, { text: '$TSLA and $BRK.A' })).status).toBe(201);
  expect(await control(sandbox, 'GET', 'tweets')).toMatchObject([
    {},
    {},
    { text: 'a quote', quote_tweet_id: strangers },
    {},
  ]);
});

test('the plan can be an option', async () => {
  const other = await startSandbox({ plan: 'enterprise' });
  const strangers = await postedId(other, await account(other, 'bob'), { text: 'hello' });
  const reply = { text: 'hi', reply: { in_reply_to_tweet_id: strangers } };
  expect((await post(other, await account(other, 'alice'), reply)).status).toBe(201);
  await other.close();
});

test.each([
  ['@alice', ['alice']],
  ['hi @alice, @bob! (@carol) ＠dora', ['alice', 'bob', 'carol', 'dora']],
  ['.@alice', ['alice']],
  ['mail@alice.example &@b !@c #@d $@e', []],
  ['@alice@bob @élodie @sixteen_letters_x', []],
  ['@alice://x https://example.com/@alice', []],
])('mentions in %j', (text, usernames) => {
  expect(findMentions(text).map(({ username }) => username)).toEqual(usernames);
});

test.each([
  ['$TSLA', 1],
  ['$tsla,$GOOG $BRK.A', 2],
  ['$5 US$TSLA $TOOLONG $ $$A', 0],
])('cashtags in %j', (text, count) => {
  expect(countCashtags(text)).toBe(count);
});
