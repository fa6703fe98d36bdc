import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { variables } from '../../src/config/index.ts';
import { composeNames, interpolate, readCompose, readComposeText, type Service } from './compose-files.ts';

const root = new URL('../../', import.meta.url);
const files = composeNames.map((name) => [name, readCompose(name)] as const);
const services = files.flatMap(([file, { services }]) =>
  Object.entries(services).map(([name, service]) => [`${file}: ${name}`, service] as const),
);
const [development, production, addon] = composeNames.map(readCompose);
const sandboxSettings = readFileSync(new URL('src/sandbox/settings.ts', root), 'utf8');

/** Names that Hasura documents, and the one that hasura/metadata gives the source. */
const engineNames = [
  'HASURA_GRAPHQL_METADATA_DATABASE_URL',
  'PG_DATABASE_URL',
  'HASURA_GRAPHQL_ADMIN_SECRET',
  'HASURA_GRAPHQL_JWT_SECRET',
  'HASURA_GRAPHQL_CONFIGURED_HEADER_PRECEDENCE',
  'HASURA_GRAPHQL_ENABLE_REMOTE_SCHEMA_PERMISSIONS',
  'HASURA_GRAPHQL_ENABLE_CONSOLE',
  'HASURA_GRAPHQL_DEV_MODE',
  'HASURA_GRAPHQL_ADMIN_INTERNAL_ERRORS',
  'HASURA_GRAPHQL_ENABLED_LOG_TYPES',
  'HASURA_GRAPHQL_ENABLE_TELEMETRY',
];
/** What a person sets for the files themselves. */
const fileNames = [
  'HASURA_PORT',
  'POSTGRES_PORT',
  'HASURA_NETWORK',
  'POSTGRES_IMAGE',
  'HASURA_IMAGE',
  'HERALD_IMAGE',
];

const isSandboxName = (name: string): boolean => new RegExp(`\\b${name}\\b`).test(sandboxSettings);

const isKnown = (name: string, service: string): boolean => {
  if (service.endsWith(': hasura'))
    return engineNames.includes(name) || ['HERALD_URL', 'HERALD_WEBHOOK_SECRET'].includes(name);
  if (service.endsWith(': postgres'))
    return ['POSTGRES_PASSWORD', 'DATABASE_URL', 'PG_DATABASE_URL'].includes(name);
  return name in variables || (service.endsWith(': sandbox') && isSandboxName(name));
};

describe.each(services)('%s', (name, service) => {
  it('has a pinned image', () => {
    expect(interpolate(service.image)).toMatch(
      /^(postgres:\d+\.\d+|hasura\/graphql-engine:v2\.49\.3-ce\.cli-migrations-v3|herald:(development|\d+\.\d+\.\d+))$/,
    );
  });

  it('listens on this machine only, on a port that can be set', () => {
    for (const port of service.ports ?? []) expect(port).toMatch(/^127\.0\.0\.1:\$\{[A-Z_]*PORT:-\d+\}:\d+$/);
  });

  it('knows every name in its environment', () => {
    for (const variable of Object.keys(service.environment))
      expect([variable, isKnown(variable, name)]).toEqual([variable, true]);
  });

  it('says when it is healthy, and waits until what it needs is', () => {
    expect(service.healthcheck.test[0]).toBe('CMD');
    for (const { condition } of Object.values(service.depends_on ?? {}))
      expect(condition).toBe('service_healthy');
  });

  it('mounts files that exist', () => {
    for (const volume of service.volumes ?? []) {
      const [source = '', , mode] = volume.split(':');
      if (!source.startsWith('.')) continue;
      expect([source, existsSync(new URL(source, root))]).toEqual([source, true]);
      expect(mode).toBe('ro');
    }
  });
});

describe('the files', () => {
  it.each(composeNames)('%s asks the shell for names that exist', (name) => {
    for (const [, variable = ''] of readComposeText(name).matchAll(/\$\{(\w+)/g))
      expect([variable, [...fileNames, ...engineNames].includes(variable) || variable in variables]).toEqual([
        variable,
        true,
      ]);
  });

  it('have different project names, so that none finds the volumes of another', () => {
    expect(new Set(files.map(([, { name }]) => name)).size).toBe(3);
  });

  it('start in the order Postgres and sandbox, Herald, engine', () => {
    const needs = (service: Service | undefined) => Object.keys(service?.depends_on ?? {});
    expect(needs(development?.services.herald)).toEqual(['postgres', 'sandbox']);
    expect(needs(development?.services.hasura)).toEqual(['postgres', 'herald']);
    expect(needs(production?.services.hasura)).toEqual(['postgres', 'herald']);
    expect(needs(addon?.services.herald)).toEqual(['sandbox']);
  });

  it('share the secrets that have to be the same', () => {
    const dev = development?.services;
    expect(dev?.hasura?.environment.HERALD_WEBHOOK_SECRET).toBe(
      dev?.herald?.environment.HERALD_WEBHOOK_SECRET,
    );
    expect(dev?.sandbox?.environment.X_APP_SECRET).toBe(dev?.herald?.environment.X_APP_SECRET);
    expect(interpolate(String(addon?.services.herald?.environment.HERALD_WEBHOOK_SECRET))).toBe(
      dev?.herald?.environment.HERALD_WEBHOOK_SECRET,
    );
  });

  it('let a browser follow: the addresses that it gets are on this machine', () => {
    const {
      X_AUTHORIZE_URL = '',
      HERALD_PUBLIC_URL = '',
      X_API_URL,
    } = development?.services.herald?.environment ?? {};
    expect(interpolate(X_AUTHORIZE_URL)).toBe('http://127.0.0.1:4001');
    expect(interpolate(HERALD_PUBLIC_URL)).toBe('http://127.0.0.1:4000');
    expect(interpolate(HERALD_PUBLIC_URL, { PORT: '5000' })).toBe('http://127.0.0.1:5000');
    expect(X_API_URL).toBe('http://sandbox:4001');
  });

  it('the engine of docker-compose.yml trusts the tokens that Herald signs there', () => {
    const { HASURA_GRAPHQL_JWT_SECRET = '' } = development?.services.hasura?.environment ?? {};
    expect(JSON.parse(interpolate(HASURA_GRAPHQL_JWT_SECRET))).toEqual({
      jwk_url: 'http://herald:4000/.well-known/jwks.json',
      issuer: 'http://127.0.0.1:4000',
      audience: ['herald-dev'],
      allowed_skew: 30,
    });
  });

  it('compose.addon.yml has Herald and the sandbox alone, in a network that is there already', () => {
    expect(Object.keys(addon?.services ?? {})).toEqual(['sandbox', 'herald']);
    expect(addon?.networks?.default).toMatchObject({ external: true });
  });

  it('the sandbox is the image with another command', () => {
    expect(development?.services.sandbox?.image).toBe(development?.services.herald?.image);
    expect(development?.services.sandbox?.command?.at(-1)).toBe('dist/sandbox/main.js');
  });
});

describe('compose.production.yml', () => {
  it('has no sandbox, no console and no development mode', () => {
    expect(Object.keys(production?.services ?? {})).toEqual(['postgres', 'herald', 'hasura']);
    expect(production?.services.herald?.environment).toMatchObject({ NODE_ENV: 'production' });
    expect(production?.services.herald?.environment.X_API_URL).toBeUndefined();
    expect(production?.services.hasura?.environment).toMatchObject({
      HASURA_GRAPHQL_ENABLE_CONSOLE: 'false',
      HASURA_GRAPHQL_DEV_MODE: 'false',
      HASURA_GRAPHQL_ADMIN_INTERNAL_ERRORS: 'false',
    });
  });

  it.each(Object.entries(production?.services ?? {}))('%s is confined (R45)', (name, service) => {
    expect(service).toMatchObject({
      cap_drop: ['ALL'],
      security_opt: ['no-new-privileges:true'],
      init: true,
      pids_limit: 256,
      mem_limit: expect.any(String),
      ...(name === 'hasura' ? {} : { read_only: true, tmpfs: expect.arrayContaining(['/tmp']) }),
    });
  });

  it('has no secret in it, only names', () => {
    for (const { environment } of Object.values(production?.services ?? {}))
      for (const [name, value] of Object.entries(environment))
        if (/SECRET|KEY|URL$/.test(name) && name !== 'HERALD_URL') expect(value).toBe(`\${${name}-}`);
  });

  it('keeps the database in a network without a way out', () => {
    expect(production?.networks?.database).toEqual({ internal: true });
    expect(production?.services.postgres?.networks).toEqual(['database']);
    expect(production?.services.postgres?.ports).toBeUndefined();
  });
});

it('README.md says what was not run', () => {
  const readme = readFileSync(new URL('README.md', root), 'utf8').replaceAll(/\s+/g, ' ');
  expect(readme).toContain('No Docker engine was at hand');
  expect(readme).toContain('was not run against a real engine');
});
