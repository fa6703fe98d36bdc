import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { run } from '../../src/cli/run.ts';
import { createHerald } from '../cli/herald.ts';
import { startFakeMetadataApi } from './fake-metadata-api.ts';
import { inhabited } from './inhabited-engine.ts';

const setUp = async (metadata = inhabited) => {
  const fake = await startFakeMetadataApi(metadata);
  const herald = createHerald({ HASURA_ENDPOINT: fake.url, HASURA_ADMIN_SECRET: fake.secret });
  return { fake, herald };
};

describe('herald hasura apply', () => {
  it('shows the difference and changes nothing by itself', async () => {
    const { fake, herald } = await setUp();
    const { code, output } = await herald('hasura', 'apply');
    expect(code).toBe(1);
    expect(output).toMatch(/^actions\n +\d+ \+ - name: postTweet$/m);
    expect(output).toContain('Nothing was replaced.');
    expect(output).toContain('with --yes');
    expect(fake.requests).toEqual(['export_metadata']);
  });

  it('replaces with --yes, once, and says what git does to it', async () => {
    const { fake, herald } = await setUp();
    const { code, output } = await herald('hasura', 'apply', '--yes', '--endpoint', `${fake.url}/v1/graphql`);
    expect(code).toBe(0);
    expect(output).toMatch(/next hasura metadata apply from files replaces this/);
    expect(output).toContain('HASURA_GRAPHQL_CONFIGURED_HEADER_PRECEDENCE');
    expect(fake.resourceVersion).toBe(8);
    expect(fake.metadata.cron_triggers).toEqual(inhabited.cron_triggers);
    const again = await herald('hasura', 'apply', '--yes');
    expect(again).toMatchObject({ code: 0, output: 'Nothing to change: the engine has all of it.\n' });
    expect(fake.resourceVersion).toBe(8);
  });

  it.each([
    ['yes', 0, 8],
    ['no', 1, 7],
  ])('asks at a terminal: %s', async (answer, code, resourceVersion) => {
    const { fake, herald } = await setUp();
    const input = Object.assign(new PassThrough(), { isTTY: true });
    const told: string[] = [];
    const result = await run(['hasura', 'apply'], {
      shell: { HASURA_ENDPOINT: fake.url, HASURA_ADMIN_SECRET: fake.secret },
      folder: herald.folder,
      input,
      outputIsTerminal: true,
      tell: (line) => {
        told.push(line);
        if (line.includes('Type yes')) input.write(`${answer}\n`);
      },
    });
    expect(result.code).toBe(code);
    expect(told.join('\n')).toContain('+ - name: postTweet');
    expect(fake.resourceVersion).toBe(resourceVersion);
  });

  it('takes the secret from a file', async () => {
    const { fake } = await setUp();
    const herald = createHerald({});
    writeFileSync(join(herald.folder, 'secret'), `${fake.secret}\n`);
    const options = ['--endpoint', fake.url, '--admin-secret-file', join(herald.folder, 'secret'), '--yes'];
    expect((await herald('hasura', 'apply', ...options)).code).toBe(0);
    expect(
      (await herald('hasura', 'apply', '--endpoint', fake.url, '--admin-secret-file', '/nowhere')).output,
    ).toContain('/nowhere cannot be read (ENOENT)');
  });
});

describe('an engine that cannot be used', () => {
  const applyTo = async (change: (fake: Awaited<ReturnType<typeof setUp>>['fake']) => void) => {
    const { fake, herald } = await setUp();
    change(fake);
    const outcome = await herald('hasura', 'apply', '--yes');
    return { ...outcome, fake };
  };

  it.each([
    ['v1.3.3', 1, /is v1\.3\.3, which is too old\.\n\nNext: Upgrade it to v2\.37/],
    ['v3.0.0', 1, /is v3\.0\.0; Herald knows v2/],
    ['v2.36.9-ce', 0, /is v2\.36\.9-ce: before v2\.37 it has no HASURA_GRAPHQL_CONFIGURED_HEADER_PRECEDENCE/],
    ['dev-build', 0, /The engine has it/],
  ])('or can: %s', async (version, code, sentence) => {
    const outcome = await applyTo((fake) => void Object.assign(fake, { version }));
    expect(outcome.code).toBe(code);
    expect(outcome.output).toMatch(sentence);
  });

  it('has another secret', async () => {
    const { fake } = await setUp();
    const { code, output } = await createHerald({
      HASURA_ENDPOINT: fake.url,
      HASURA_ADMIN_SECRET: 'wrong-canary',
    })('hasura', 'apply');
    expect(code).toBe(1);
    expect(output).toMatch(
      /does not accept the admin secret\.\n\nNext: Put the right one into HASURA_ADMIN_SECRET/,
    );
  });

  it('has metadata that changed meanwhile', async () => {
    const { code, output, fake } = await applyTo((one) => {
      one.afterExport = () => {
        one.resourceVersion += 1;
      };
    });
    expect(code).toBe(1);
    expect(output).toMatch(/Somebody changed the metadata meanwhile; nothing was replaced/);
    expect(fake.metadata).toBe(inhabited);
  });

  it('would become inconsistent: which object, and what to set', async () => {
    const reason = 'Inconsistent object: Value for environment variables not found: HERALD_URL';
    const internal = [
      { type: 'action', name: 'action postTweet', reason, definition: { secret: 'definition-canary' } },
    ];
    const body = {
      path: '$',
      error: 'cannot continue due to inconsistent metadata',
      code: 'unexpected',
      internal,
    };
    const { code, output } = await applyTo(
      (fake) => void Object.assign(fake, { refusal: { status: 400, body } }),
    );
    expect(code).toBe(1);
    expect(output).toContain(`  - action postTweet: ${reason}`);
    expect(output).toContain('set HERALD_URL and HERALD_WEBHOOK_SECRET for the engine');
  });

  it('has a name that Herald needs', async () => {
    const taken = {
      ...inhabited,
      actions: [{ name: 'postTweet', definition: { handler: 'https://mine', output_type: 'X' } }],
    };
    const { code, output, fake } = await applyTo((one) => void Object.assign(one, { metadata: taken }));
    expect(code).toBe(1);
    expect(output).toMatch(/an action postTweet already, and it is not Herald's/);
    expect(fake.requests).toEqual(['export_metadata']);
  });

  it.each([
    [
      'http://127.0.0.1:59',
      /127\.0\.0\.1:59 cannot be reached \(ECONNREFUSED\)\.\n\nNext: Look whether the engine runs/,
    ],
    ['nonsense', /The endpoint is no http or https address/],
  ])('is not there: %s', async (endpoint, sentence) => {
    const { code, output } = await createHerald({})('hasura', 'apply', '--endpoint', endpoint);
    expect(code).toBe(1);
    expect(output).toMatch(sentence);
  });

  it('is something else', async () => {
    const { fake } = await setUp();
    const { output } = await createHerald({})('hasura', 'apply', '--endpoint', `${fake.url}/elsewhere`);
    expect(output).toMatch(/does not answer as a Hasura engine v2\.\n\nNext: .*v3 \(DDN\)/);
  });

  it('is not named', async () => {
    expect(await createHerald({})('hasura', 'apply')).toMatchObject({
      code: 2,
      output: expect.stringMatching(/needs --endpoint/),
    });
  });
});
