import http from 'node:http';
import { TwitterApi } from 'twitter-api-v2';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Sandbox, startSandbox } from '../../src/sandbox/index.ts';
import {
  baseUri,
  hmacSha1,
  parseAuthorization,
  requestParameters,
  type SentRequest,
  signatureBase,
} from '../../src/sandbox/oauth1.ts';
import { type Account, account, authorize, control, post, sendSigned, type Unsent } from './signed.ts';

const sent = (method: string, url: string, form?: string): SentRequest => {
  const { protocol, host, pathname, search } = new URL(url);
  return { method, scheme: protocol === 'https:' ? 'https' : 'http', host, target: pathname + search, form };
};

function signature(
  request: SentRequest,
  header: string,
  consumerSecret: string,
  tokenSecret: string,
): string {
  const parameters = parseAuthorization(header) ?? [];
  const signed = parameters.filter(([name]) => name !== 'oauth_signature');
  return hmacSha1(
    signatureBase(request, [...signed, ...requestParameters(request)]),
    consumerSecret,
    tokenSecret,
  );
}

describe('RFC 5849', () => {
  test('section 1.2: token credentials', () => {
    const header =
      'OAuth realm="Photos", oauth_consumer_key="dpf43f3p2l4k3l03", oauth_token="hh5s93j4hdidpola", ' +
      'oauth_signature_method="HMAC-SHA1", oauth_timestamp="137131201", oauth_nonce="walatlh", ' +
      'oauth_verifier="hfdp7dh39dks9884", oauth_signature="gKgrFCywp7rO0OXSjdot%2FIHF7IU%3D"';
    const request = sent('POST', 'https://photos.example.net/token');
    expect(signature(request, header, 'kd94hf93k423kf44', 'hdhd0244k9j7ao03')).toBe(
      'gKgrFCywp7rO0OXSjdot/IHF7IU=',
    );
  });

  test('section 1.2: a protected resource', () => {
    const header =
      'OAuth realm="Photos", oauth_consumer_key="dpf43f3p2l4k3l03", oauth_token="nnch734d00sl2jdk", ' +
      'oauth_signature_method="HMAC-SHA1", oauth_timestamp="137131202", oauth_nonce="chapoH", ' +
      'oauth_signature="MdpQcU8iPSUjWoN%2FUDMsK2sui9I%3D"';
    const request = sent('GET', 'http://photos.example.net/photos?file=vacation.jpg&size=original');
    expect(signature(request, header, 'kd94hf93k423kf44', 'pfkkdhi9sl3r4s00')).toBe(
      'MdpQcU8iPSUjWoN/UDMsK2sui9I=',
    );
  });

  test('section 3.4.1: the base string of a form', () => {
    const header =
      'OAuth realm="Example", oauth_consumer_key="9djdj82h48djs9d2", oauth_token="kkk9d7dh3k39sjv7", ' +
      'oauth_signature_method="HMAC-SHA1", oauth_timestamp="137131201", oauth_nonce="7d8f3e4a"';
    const request = sent('POST', 'http://example.com/request?b5=%3D%253D&a3=a&c%40=&a2=r%20b', 'c2&a3=2+q');
    expect(
      signatureBase(request, [...(parseAuthorization(header) ?? []), ...requestParameters(request)]),
    ).toBe(
      'POST&http%3A%2F%2Fexample.com%2Frequest&a2%3Dr%2520b%26a3%3D2%2520q%26a3%3Da%26b5%3D%253D%25253D%26c%2540%3D' +
        '%26c2%3D%26oauth_consumer_key%3D9djdj82h48djs9d2%26oauth_nonce%3D7d8f3e4a%26oauth_signature_method%3DHMAC-SHA1' +
        '%26oauth_timestamp%3D137131201%26oauth_token%3Dkkk9d7dh3k39sjv7',
    );
    expect(signature(request, header, 'j49sk3j29djd', 'dh893hdasih9')).toBe('r6/TJjbCOr97/+UU0NsvSne7s5g=');
  });

  test('X’s own example: "Creating a signature" in its documentation', () => {
    const header =
      'OAuth oauth_consumer_key="xvz1evFS4wEEPTGEFPHBog", oauth_nonce="kYjzVBB8Y0ZFabxSWbWovY3uYSQ2pTgmZeNu2VS4cg", ' +
      'oauth_signature_method="HMAC-SHA1", oauth_timestamp="1318622958", ' +
      'oauth_token="370773112-GmHxMAgYyLbNEtIKZeRNFsMKPR9EyMZeS9weJAEb", oauth_version="1.0"';
    const form = 'status=Hello%20Ladies%20%2b%20Gentlemen%2c%20a%20signed%20OAuth%20request%21';
    const request = sent(
      'POST',
      'https://api.twitter.com/1.1/statuses/update.json?include_entities=true',
      form,
    );
    expect(
      signature(
        request,
        header,
        'kAcSOqF21Fu85e7zjz7ZN2U4ZRhfV3WpwPAoE3Z7kBw',
        'LswwdoUaIvS8ltyTt5jkRh4J50vUPVVHtR2YPi5kE',
      ),
    ).toBe('hCtSmYh+iHYCEqBWrE7C7hYmtUk=');
  });

  test('a realm is no parameter', () => {
    expect(parseAuthorization('OAuth realm="Photos, all", a="b%20c"')).toEqual([['a', 'b c']]);
  });

  test('section 3.4.1.2: scheme, host and port', () => {
    const at = (scheme: 'http' | 'https', host: string) =>
      baseUri({ ...sent('GET', 'http://a/r/x?q=1'), scheme, host });
    expect(at('http', 'EXAMPLE.COM:80')).toBe('http://example.com/r/x');
    expect(at('https', 'example.com:443')).toBe('https://example.com/r/x');
    expect(at('https', 'example.com:80')).toBe('https://example.com:80/r/x');
    expect(at('https', 'www.example.net:8080')).toBe('https://www.example.net:8080/r/x');
  });

  test.each([
    '',
    'Bearer abc',
    'OAuth',
    'OAuth a=b',
    'OAuth a="b c"',
    'OAuth a="%zz"',
    'OAuth a="+"',
    'OAuth a="%ff"',
  ])('no OAuth header: %s', (header) => expect(parseAuthorization(header)).toBeUndefined());
});

describe('a running sandbox', () => {
  let sandbox: Sandbox;
  let alice: Account;
  let skewMs = 0;
  beforeAll(async () => {
    sandbox = await startSandbox({ tlsPort: 0, now: () => Date.now() + skewMs });
    alice = await account(sandbox, 'alice');
    await control(sandbox, 'POST', 'limits', { posts: null, me: null });
  });
  afterAll(() => sandbox.close());

  let count = 0;
  const tweet = (): Unsent => {
    count += 1;
    return { method: 'POST', target: '/2/tweets', json: { text: `tweet ${count}` }, tokens: alice };
  };
  const bodyOf = (text: string): unknown => JSON.parse(text);
  const unauthorized = { title: 'Unauthorized', type: 'about:blank', status: 401, detail: 'Unauthorized' };

  test('takes what is signed as it was sent, over http and TLS, under any host name', async () => {
    expect((await sendSigned(sandbox, tweet())).status).toBe(201);
    expect((await sendSigned(sandbox, { ...tweet(), tls: true })).status).toBe(201);
    expect((await sendSigned(sandbox, { ...tweet(), host: 'api.x.com' })).status).toBe(201);
  });

  test('takes twitter-api-v2, an independent client: post, reads with queries, delete', async () => {
    const client = new TwitterApi(
      {
        appKey: 'sandbox-app',
        appSecret: 'sandbox-app-secret',
        accessToken: alice.access_token,
        accessSecret: alice.access_token_secret,
      },
      {
        httpAgent: new http.Agent(),
        plugins: [
          {
            onBeforeRequestConfig({ params }) {
              params.url = params.url.replace('https://api.x.com', sandbox.url);
            },
          },
        ],
      },
    );
    const text = "ünïcödé * ' ( ) ! ~ + & = % 日本語 👩‍👩‍👧";
    const { data } = await client.v2.tweet(text);
    expect((await client.v2.me({ 'user.fields': ['created_at', 'name'] })).data.username).toBe('alice');
    const found = await client.v2.userTimeline(alice.id, {
      max_results: 5,
      'tweet.fields': ['created_at', 'entities'],
    });
    expect(found.tweets[0]?.id).toBe(data.id);
    expect((await client.v2.singleTweet(data.id)).data.text).toBe(text.replace('&', '&amp;'));
    expect((await client.v2.deleteTweet(data.id)).data.deleted).toBe(true);
  });

  const bad: [string, (good: Unsent) => Unsent][] = [
    ['no Authorization', (good) => ({ ...good, authorization: '' })],
    ['a bearer token', (good) => ({ ...good, authorization: `Bearer ${alice.access_token}` })],
    [
      'another method',
      (good) => ({ ...good, authorization: authorize(sandbox.url, { ...good, method: 'PUT' }) }),
    ],
    ['another path', (good) => ({ ...good, signedTarget: '/2/tweet' })],
    ['another query', (good) => ({ ...good, target: '/2/tweets?a=1', signedTarget: '/2/tweets?a=2' })],
    [
      'a query that was not signed',
      (good) => ({ ...good, target: '/2/tweets?a=1', signedTarget: '/2/tweets' }),
    ],
    [
      'another host',
      (good) => ({ ...good, authorization: authorize(sandbox.url, { ...good, host: 'api.x.com' }) }),
    ],
    [
      'the host without its port',
      (good) => ({ ...good, authorization: authorize('http://127.0.0.1', good) }),
    ],
    ['another scheme', (good) => ({ ...good, tls: true, authorization: authorize(sandbox.url, good) })],
    ['another app secret', (good) => ({ ...good, consumerSecret: 'wrong' })],
    ['another app', (good) => ({ ...good, oauth: { oauth_consumer_key: 'another' } })],
    ['another token secret', (good) => ({ ...good, tokens: { ...alice, access_token_secret: 'wrong' } })],
    ['an unknown token', (good) => ({ ...good, tokens: { ...alice, access_token: '1-unknown' } })],
    ['no token', (good) => ({ ...good, tokens: undefined })],
    ['no nonce', (good) => ({ ...good, oauth: { oauth_nonce: undefined } })],
    ['an empty nonce', (good) => ({ ...good, oauth: { oauth_nonce: '' } })],
    ['no timestamp', (good) => ({ ...good, oauth: { oauth_timestamp: undefined } })],
    ['a timestamp in words', (good) => ({ ...good, oauth: { oauth_timestamp: 'now' } })],
    ['PLAINTEXT', (good) => ({ ...good, oauth: { oauth_signature_method: 'PLAINTEXT' } })],
    ['version 2.0', (good) => ({ ...good, oauth: { oauth_version: '2.0' } })],
    ['no signature', (good) => ({ ...good, oauth: { oauth_signature: '' } })],
    [
      'a signature of nothing',
      (good) => ({ ...good, oauth: { oauth_signature: 'AAAAAAAAAAAAAAAAAAAAAAAAAAA=' } }),
    ],
    [
      'a JSON body taken for a form',
      (good) => ({ ...good, authorization: authorize(sandbox.url, { ...good, form: 'text=1' }) }),
    ],
    ['a protocol parameter in the query too', (good) => ({ ...good, target: '/2/tweets?oauth_nonce=1' })],
  ];
  test.each(bad)('refuses %s with 401, and creates nothing', async (_name, spoil) => {
    const before = await control<unknown[]>(sandbox, 'GET', 'tweets');
    const reply = await sendSigned(sandbox, spoil(tweet()));
    expect(reply.status).toBe(401);
    expect(bodyOf(reply.text)).toEqual(unauthorized);
    expect(await control<unknown[]>(sandbox, 'GET', 'tweets')).toHaveLength(before.length);
  });

  test('refuses a header that names a parameter twice', async () => {
    const good = tweet();
    const authorization = `${authorize(sandbox.url, good)}, oauth_version="1.0"`;
    expect((await sendSigned(sandbox, { ...good, authorization })).status).toBe(401);
  });

  test('takes a nonce once, and not even with another timestamp or body', async () => {
    const oauth = { oauth_nonce: 'once-and-never-again' };
    expect((await sendSigned(sandbox, { ...tweet(), oauth })).status).toBe(201);
    const later = { ...oauth, oauth_timestamp: String(Math.floor(Date.now() / 1000) + 1) };
    expect((await sendSigned(sandbox, { ...tweet(), oauth: later })).status).toBe(401);
    const good = tweet();
    const authorization = authorize(sandbox.url, good);
    expect((await sendSigned(sandbox, { ...good, authorization })).status).toBe(201);
    expect((await sendSigned(sandbox, { ...tweet(), authorization })).status).toBe(401);
  });

  test('a wrong signature does not use up a nonce', async () => {
    const oauth = { oauth_nonce: 'still-good' };
    expect((await sendSigned(sandbox, { ...tweet(), oauth, consumerSecret: 'wrong' })).status).toBe(401);
    expect((await sendSigned(sandbox, { ...tweet(), oauth })).status).toBe(201);
  });

  test.each([-301, 301])('a clock that is off by %i s is error 135', async (offSeconds) => {
    const oauth = {
      oauth_timestamp: String(Math.floor(Date.now() / 1000) + offSeconds + Math.sign(offSeconds)),
    };
    const reply = await sendSigned(sandbox, { ...tweet(), oauth });
    expect(reply.status).toBe(401);
    expect(bodyOf(reply.text)).toEqual({ errors: [{ code: 135, message: 'Timestamp out of bounds.' }] });
  });

  test.each([-290, 290])('a clock that is off by %i s passes', async (offSeconds) => {
    const oauth = { oauth_timestamp: String(Math.floor(Date.now() / 1000) + offSeconds) };
    expect((await sendSigned(sandbox, { ...tweet(), oauth })).status).toBe(201);
  });

  test('a nonce is remembered for as long as its timestamp could pass', async () => {
    const good = { ...tweet(), oauth: { oauth_timestamp: String(Math.floor(Date.now() / 1000) + 290) } };
    const authorization = authorize(sandbox.url, good);
    expect((await sendSigned(sandbox, { ...good, authorization })).status).toBe(201);
    skewMs = 580_000;
    const replayed = await sendSigned(sandbox, { ...good, authorization });
    skewMs = 0;
    expect(bodyOf(replayed.text)).toEqual(unauthorized);
  });

  test('verifies before it says whether a route exists', async () => {
    const stray: Unsent = { method: 'GET', target: '/2/nowhere', tokens: alice };
    expect((await sendSigned(sandbox, { ...stray, authorization: '' })).status).toBe(401);
    expect((await sendSigned(sandbox, stray)).status).toBe(404);
  });

  test('the words under /oauth are those of v1', async () => {
    const request: Unsent = { method: 'POST', target: '/oauth/request_token', form: 'oauth_callback=oob' };
    const codeOf = async (spoilt: Unsent) => {
      const { status, text } = await sendSigned(sandbox, spoilt);
      return [status, (JSON.parse(text) as { errors: { code: number }[] }).errors[0]?.code];
    };
    expect(await codeOf({ ...request, authorization: '' })).toEqual([401, 215]);
    expect(await codeOf({ ...request, consumerSecret: 'wrong' })).toEqual([401, 32]);
    expect(await codeOf({ ...request, tokens: alice })).toEqual([401, 89]);
  });

  test('every answer under /2 has an id for support', async () => {
    const good = await post(sandbox, alice, { text: 'with an id' });
    expect(good.headers['x-transaction-id']).toMatch(/^[0-9a-f]{16}$/);
    expect(
      (await sendSigned(sandbox, { ...tweet(), authorization: '' })).headers['x-transaction-id'],
    ).toBeDefined();
  });
});
