import { randomBytes } from 'node:crypto';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Person } from '../faults/support/people.ts';
import type { Engine } from '../support/engine/index.ts';
import { ask, askRaw } from '../support/engine-client.ts';
import { POST } from './support/documents.ts';
import { ADMIN_SECRET, AS_ADMIN, asPerson, bearerOf, newPerson, openHouse } from './support/house.ts';
import { forwarding } from './support/metadata.ts';

const house = await openHouse();
let engine: Engine;
/** The unauthenticated role may call, as in a project that gave it the permission by mistake. */
let open: Engine;
let forward: Engine;
let developing: Engine;
let person: Person;

beforeAll(async () => {
  engine = await house.engine();
  open = await house.engine({
    roles: ['user', 'anonymous'],
    environment: { HASURA_GRAPHQL_UNAUTHORIZED_ROLE: 'anonymous' },
  });
  forward = await house.engine({ edits: forwarding });
  developing = await house.engine({ environment: { HASURA_GRAPHQL_DEV_MODE: 'true' } });
});
beforeEach(async () => {
  person = await newPerson(house);
});

let texts = 0;
const post = async (headers: Readonly<Record<string, string>>, asked = engine) => {
  texts += 1;
  return ask(asked, POST, headers, { variables: { input: { text: `who is it ${texts}` } } });
};
const inputs = (text: string) =>
  POST.replace('($input: PostTweetInput!)', '').replace('$input', `{text: "${text}"}`);
const tweetCount = async () => (await house.scene.x.creates()).length;

/** The error, after a look that nothing reached X. */
const refusal = async (headers: Readonly<Record<string, string>>, asked = engine) => {
  const before = await tweetCount();
  const { data, errors } = await post(headers, asked);
  expect(data ?? null).toBeNull();
  expect(await tweetCount()).toBe(before);
  return errors?.[0];
};

describe('the metadata', () => {
  it('is consistent: every action, table and column that it names is there', () => {
    expect(engine.inconsistent()).toEqual([]);
  });
});

describe('the shared secret', () => {
  it('case 7: wrong, and the client is told whom to ask', async () => {
    const wrong = await house.engine({
      environment: { HERALD_WEBHOOK_SECRET: randomBytes(32).toString('base64url') },
    });
    const error = await refusal(await asPerson(person), wrong);
    expect(error).toEqual({
      message: expect.stringContaining('HERALD_WEBHOOK_SECRET differs'),
      extensions: expect.objectContaining({ code: 'WEBHOOK_SECRET_MISMATCH', userAction: 'CONTACT_ADMIN' }),
    });
    expect(error?.extensions).not.toHaveProperty('path');
  });

  it('case 7: missing, the engine would call without it', async () => {
    const without = (text: string) =>
      text.replaceAll(/\n +headers:\n +- name: x-hasura-webhook-secret\n +value_from_env: \w+/g, '');
    const bare = await house.engine({ edits: { 'actions.yaml': without } });
    expect((await refusal(await asPerson(person), bare))?.extensions?.code).toBe('WEBHOOK_SECRET_MISMATCH');
  });

  it('case 7: while it is changed, the old one and the new one both work', async () => {
    const next = randomBytes(32).toString('base64url');
    const rotated = await house.scene.start({
      script: 'src/main.ts',
      environment: { HERALD_WEBHOOK_SECRET: next, HERALD_WEBHOOK_SECRET_PREVIOUS: house.secret },
    });
    for (const secret of [house.secret, next]) {
      const asked = await house.engine({
        environment: { HERALD_URL: rotated.url, HERALD_WEBHOOK_SECRET: secret },
      });
      expect((await post(await asPerson(person), asked)).data.postTweet.state).toBe('SENT');
    }
    rotated.process.signal('SIGTERM');
  });

  it('cases 8 and 9: a client cannot take its place, whatever is forwarded', async () => {
    const forged = { 'x-hasura-webhook-secret': 'forged', x_hasura_webhook_secret: 'forged' };
    for (const asked of [engine, forward]) {
      const { data } = await post({ ...(await asPerson(person)), ...forged }, asked);
      expect(data.postTweet.state).toBe('SENT');
    }
  });

  it('case 10: what of the client is forwarded is neither used nor logged', async () => {
    const canary = 'canary-in-a-header';
    const more = { cookie: `session=${canary}`, 'x-request-id': canary, 'x-forwarded-for': '203.0.113.7' };
    const { data } = await post({ ...(await asPerson(person)), ...more }, forward);
    expect(data.postTweet.xUserId).toBe(person.xUserId);
    expect(house.herald.process.output).not.toContain(canary);
  });
});

describe('the session', () => {
  it('case 4: unknown variables are ignored, and no variable is logged', async () => {
    const claims = {
      ...person.variables,
      'x-hasura-tenant': 'canary-in-a-claim',
      'X-Hasura-Org-Ids': '{1,2}',
    };
    expect((await post(await bearerOf(claims))).data.postTweet.state).toBe('SENT');
    const { output } = house.herald.process;
    expect(output).not.toContain('canary-in-a-claim');
    for (const name of ['x-hasura-access-token', 'x-hasura-access-token-secret'])
      expect(output).not.toContain(person.variables[name]);
  });

  it('x-hasura-* headers of the client are nothing beside its token', async () => {
    const other = await newPerson(house);
    const { data } = await post({ ...(await asPerson(person)), ...other.variables });
    expect(data.postTweet.xUserId).toBe(person.xUserId);
  });

  it('x-hasura-* headers on the action route are nothing at all', async () => {
    const other = await newPerson(house);
    const response = await fetch(`${house.herald.url}/hasura/actions`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'x-hasura-webhook-secret': house.secret,
        ...other.variables,
      },
      body: JSON.stringify({ action: { name: 'xMe' }, input: {}, session_variables: person.variables }),
    });
    expect(await response.json()).toMatchObject({ xUserId: person.xUserId });
  });

  it.each(['x-hasura-user-id', 'x-hasura-access-token'])(
    'case 64: a token whose %s is no string never gets past the engine',
    async (name) => {
      for (const value of [42, ['42'], null]) {
        const error = await refusal(await bearerOf({ ...person.variables, [name]: value }));
        expect(error?.extensions?.code).toBe('jwt-invalid-claims');
      }
    },
  );

  it.each([
    ['x-hasura-user-id', 'ROLE_NOT_ALLOWED'],
    ['x-hasura-access-token', 'CREDENTIALS_INVALID'],
    ['x-hasura-access-token-secret', 'CREDENTIALS_INVALID'],
  ])('without %s: %s', async (name, code) => {
    const { [name]: _, ...variables } = person.variables;
    expect((await refusal(await bearerOf(variables)))?.extensions?.code).toBe(code);
  });

  it.each(['admin', 'anonymous', 'editor'])(
    'the role %s: Herald refuses it even where the engine lets it',
    async (role) => {
      const lenient = await house.engine({ roles: ['user', 'anonymous', 'editor'] });
      const error = await refusal(await bearerOf({ ...person.variables, 'x-hasura-role': role }), lenient);
      expect(error?.extensions?.code).toBe('ROLE_NOT_ALLOWED');
    },
  );

  it('case 11: nobody signed in, who says to be somebody', async () => {
    const { 'x-hasura-role': _, ...variables } = person.variables;
    expect((await refusal(variables, open))?.extensions?.code).toBe('ROLE_NOT_ALLOWED');
    expect((await refusal({ ...variables, 'x-hasura-role': 'user' }, open))?.extensions?.code).toBe(
      'ROLE_NOT_ALLOWED',
    );
  });

  it('case 12: sealed credentials of somebody else', async () => {
    const other = await newPerson(house);
    const stolen = { ...person.variables, 'x-hasura-user-id': other.variables['x-hasura-user-id'] };
    expect((await refusal(await bearerOf(stolen)))?.extensions).toMatchObject({
      code: 'CREDENTIALS_INVALID',
      userAction: 'SIGN_IN',
    });
  });
});

describe('headers that no honest client sends', () => {
  const admin = ['x-hasura-admin-secret', ADMIN_SECRET, 'x-hasura-role', 'user'];
  const rawOf = (variables: Readonly<Record<string, string>>) => Object.entries(variables).flat();

  it('a user id given twice, or joined by a comma, opens nobody’s credentials', async () => {
    const [id = '', sealed] = [person.variables['x-hasura-user-id'], { ...person.variables }];
    const before = await tweetCount();
    for (const ids of [
      ['x-hasura-user-id', id, 'x-hasura-user-id', 'other'],
      ['x-hasura-user-id', `other, ${id}`],
    ]) {
      const { 'x-hasura-user-id': _, 'x-hasura-role': __, ...others } = sealed;
      const { errors } = await askRaw(engine, inputs('twice'), [...admin, ...ids, ...rawOf(others)]);
      expect(errors?.[0]?.extensions?.code).toBe('CREDENTIALS_INVALID');
    }
    expect(await tweetCount()).toBe(before);
  });

  it.each(['x_hasura_user_id', 'x-hasura_user-id', 'xhasura-user-id'])(
    '%s is no x-hasura-user-id',
    async (name) => {
      const error = await refusal({
        ...AS_ADMIN,
        'x-hasura-role': 'user',
        [name]: person.variables['x-hasura-user-id'] ?? '',
      });
      expect(error?.extensions?.code).toBe('ROLE_NOT_ALLOWED');
    },
  );

  it('16 KiB of a session variable are refused or ignored, each as any other value', async () => {
    const long = 'a'.repeat(16_384);
    const sealed = { ...person.variables, 'x-hasura-access-token': long };
    expect((await refusal({ ...AS_ADMIN, ...sealed }))?.extensions?.code).toBe('CREDENTIALS_INVALID');
    const { data } = await post({ ...AS_ADMIN, ...person.variables, 'x-hasura-note': long });
    expect(data.postTweet.state).toBe('SENT');
  });
});

describe('what is shown of an error', () => {
  it('case 40: no secret, to admin and in the development mode either', async () => {
    const { 'x-hasura-access-token': token = '', ...others } = person.variables;
    const broken = { ...others, 'x-hasura-access-token': `${token}x` };
    const answers = [
      await post(await bearerOf(broken), developing),
      await post({ ...AS_ADMIN, ...broken, 'x-hasura-role': 'admin' }),
      await post({ ...AS_ADMIN, ...broken }, developing),
    ];
    for (const { errors } of answers) {
      expect(errors?.[0]?.extensions?.code).toMatch(/^(CREDENTIALS_INVALID|ROLE_NOT_ALLOWED)$/);
      const shown = JSON.stringify(errors);
      for (const secret of [house.secret, token, ...Object.values(others).slice(2)])
        expect(shown).not.toContain(secret);
      expect(shown).not.toMatch(/ at .*\.(ts|js):\d/);
    }
  });
});
