import { readdirSync, readFileSync } from 'node:fs';
import { join, posix, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../', import.meta.url));

/** Where each npm package may be imported: one package, its rooms. */
const packageRooms: Readonly<Record<string, readonly string[]>> = {
  '@escape.tech/graphql-armor-cost-limit': ['doors'],
  '@escape.tech/graphql-armor-max-depth': ['doors'],
  '@escape.tech/graphql-armor-max-directives': ['doors'],
  '@escape.tech/graphql-armor-max-tokens': ['doors'],
  '@fastify/under-pressure': ['doors'],
  '@fastify/cookie': ['doors'],
  '@fastify/cors': ['doors'],
  '@fastify/multipart': ['doors', 'sandbox'],
  '@fastify/rate-limit': ['doors'],
  fastify: ['doors', 'sandbox'],
  graphql: ['doors', 'hasura'],
  'graphql-yoga': ['doors'],
  'image-size': ['media'],
  'ipaddr.js': ['media'],
  jose: ['credentials', 'session', 'issuer'],
  mp4box: ['media'],
  'oidc-provider': ['issuer'],
  pg: ['ledger', 'local'],
  pino: ['log'],
  'pino-pretty': ['log'],
  'prom-client': ['metrics'],
  selfsigned: ['sandbox'],
  tlds: ['posting', 'sandbox'],
  'twitter-api-v2': ['x'],
  yaml: ['hasura'],
};

/** Files outside a room that may see several rooms, through their doors. */
const wiring = ['app.ts', 'service.ts', 'sign-in.ts'];
/** Rooms that are processes: they may see several rooms and read the environment. */
const processRooms = ['cli', 'local'];
const environmentReaders = ['main.ts', 'sandbox/main.ts', 'cli/main.ts', 'local/'];

/** What `source`, standing at `path` under src/, does that the architecture forbids. */
const strays = (path: string, source: string): string[] => [
  ...importsOf(source).flatMap((target) => strayImport(path, target)),
  ...(readsEnvironment(source) && !environmentReaders.some((reader) => path.startsWith(reader))
    ? [`${path} reads process.env; only ${environmentReaders.join(', ')} may`]
    : []),
];

const importsOf = (source: string): string[] =>
  [
    ...source.matchAll(/(?:^|[;\n])\s*(?:import|export)\s(?:[^'";]*?\sfrom\s+)?['"]([^'"]+)['"]/g),
    ...source.matchAll(/\bimport\(\s*['"]([^'"]+)['"]/g),
  ].map(([, target = '']) => target);

const readsEnvironment = (source: string): boolean =>
  /\bprocess\s*\.\s*env\b|\bprocess\s*\[|\{[^}]*\benv\b[^}]*\}\s*=\s*process\b|from 'node:process'/.test(
    source,
  );

const strayImport = (path: string, target: string): string[] => {
  if (target.startsWith('node:')) return [];
  return target.startsWith('.') ? strayRoom(path, target) : strayPackage(path, target);
};

const strayRoom = (path: string, target: string): string[] => {
  const from = roomOf(path);
  const file = posix.join(posix.dirname(path), target);
  const to = roomOf(file);
  if (from === to && from !== '') return [];
  if (to === '' || to === 'kernel')
    return from === '' || processRooms.includes(from) || file === 'kernel/index.ts'
      ? []
      : [`${path} imports ${file}`];
  if (file !== `${to}/index.ts`) return [`${path} imports ${file}, past the door ${to}/index.ts`];
  if (to === 'sandbox') return [`${path} imports the sandbox, which is another process`];
  const mayWire = wiring.includes(path) || processRooms.includes(from);
  return mayWire ? [] : [`${path} imports the room ${to}`];
};

const strayPackage = (path: string, target: string): string[] => {
  const name = target
    .split('/')
    .slice(0, target.startsWith('@') ? 2 : 1)
    .join('/');
  const rooms = packageRooms[name];
  if (rooms === undefined) return [`${path} imports ${name}, which has no room in test/architecture.test.ts`];
  return rooms.includes(roomOf(path))
    ? []
    : [`${path} imports ${name}, which belongs to ${rooms.join(', ')}`];
};

const roomOf = (path: string): string => (path.includes('/') ? (path.split('/')[0] ?? '') : '');

const sources = (folder: string): string[] =>
  readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts') && !entry.name.endsWith('.d.ts'))
    .map((entry) => relative(join(root, folder), join(entry.parentPath, entry.name)).replaceAll('\\', '/'));

describe('the architecture', () => {
  it('holds in every file of src', () => {
    const files = sources('src');
    expect(files.length).toBeGreaterThan(20);
    expect(files.flatMap((path) => strays(path, readFileSync(join(root, 'src', path), 'utf8')))).toEqual([]);
  });

  it.each([
    [
      'a room that imports another room',
      'posting/plant.ts',
      `import { createXClient } from '../x/index.ts';`,
    ],
    ['a type of another room', 'doors/plant.ts', `import type { Posting } from '../posting/index.ts';`],
    ['a re-export of another room', 'x/plant.ts', `export { openSession } from '../session/index.ts';`],
    ['a dynamic import of another room', 'x/plant.ts', `const room = await import('../session/index.ts');`],
    ['an import over several lines', 'x/plant.ts', `import {\n  openSession,\n} from '../session/index.ts';`],
    ['wiring that goes past a door', 'app.ts', `import { seal } from './credentials/seal.ts';`],
    ['the kernel past its door', 'session/plant.ts', `import { Secret } from '../kernel/secret.ts';`],
    ['a kernel that imports a room', 'kernel/plant.ts', `import { createLog } from '../log/index.ts';`],
    ['a service that imports the sandbox', 'app.ts', `import { startSandbox } from './sandbox/index.ts';`],
    [
      'a sandbox that imports the service',
      'sandbox/plant.ts',
      `import { checkTweetText } from '../posting/index.ts';`,
    ],
    [
      'a sandbox that imports the kernel',
      'sandbox/plant.ts',
      `import { Secret } from '../kernel/secret.ts';`,
    ],
    ['a package outside its room', 'posting/plant.ts', `import { TwitterApi } from 'twitter-api-v2';`],
    ['a package in the kernel', 'kernel/plant.ts', `import { GraphQLError } from 'graphql';`],
    ['a package that nobody placed', 'x/plant.ts', `import axios from 'axios';`],
    ['a deep import of a package', 'metrics/plant.ts', `import { x } from 'jose/jwt/verify';`],
    ['process.env in a room', 'config/plant.ts', `export const port = process.env.PORT;`],
    ['process.env by brackets', 'x/plant.ts', `export const key = process['env'].KEY;`],
    ['process.env taken apart', 'log/plant.ts', `const { env } = process;`],
  ])('refuses %s', (_what, path, source) => {
    expect(strays(path, source)).toHaveLength(1);
  });

  it.each([
    ['wiring through a door', 'app.ts', `import { createDoors } from './doors/index.ts';`],
    ['the kernel through its door', 'x/plant.ts', `import type { Log } from '../kernel/index.ts';`],
    ['a file of the same room', 'x/plant.ts', `import { limits } from './limits.ts';`],
    ['a nested folder of the same room', 'posting/text/plant.ts', `import { measure } from '../measure.ts';`],
    ['a package in its room', 'x/plant.ts', `import { TwitterApi } from 'twitter-api-v2';`],
    ['process.env in a process entry', 'main.ts', `start(process.env);`],
  ])('allows %s', (_what, path, source) => {
    expect(strays(path, source)).toEqual([]);
  });
});
