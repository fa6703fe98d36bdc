import { readFileSync } from 'node:fs';
import { parse } from 'yaml';

export interface Service {
  readonly image: string;
  readonly command?: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly healthcheck: { readonly test: readonly string[] };
  readonly [option: string]: unknown;
}

export interface ComposeFile {
  readonly name: string;
  readonly services: Readonly<Record<string, Service>>;
  readonly networks?: Readonly<Record<string, Readonly<Record<string, unknown>> | null>>;
  readonly volumes: Readonly<Record<string, unknown>>;
}

export const composeNames = ['docker-compose.yml', 'compose.production.yml', 'compose.addon.yml'] as const;

const root = new URL('../../', import.meta.url);

export const readComposeText = (name: string): string => readFileSync(new URL(name, root), 'utf8');

/** A compose file with its anchors and merges resolved and its `${...}` as they stand. */
export const readCompose = (name: string): ComposeFile => parse(readComposeText(name), { merge: true });

/** A text of a compose file with `${NAME-default}` and `${NAME:-default}` filled in, and `$$` as `$`. */
export const interpolate = (text: string, env: Readonly<Record<string, string>> = {}): string =>
  text.replace(/\$\$|\$\{(\w+)(:?)-([^}]*)\}/g, (whole, name: string, colon: string, fallback: string) => {
    if (whole === '$$') return '$';
    const value = env[name];
    return value === undefined || (colon === ':' && value === '') ? fallback : value;
  });

/** A service of a compose file, as its process would see its environment. */
export const environmentOf = (
  { services }: ComposeFile,
  service: string,
  env: Readonly<Record<string, string>> = {},
): Record<string, string> =>
  Object.fromEntries(
    Object.entries(services[service]?.environment ?? {}).map(([name, value]) => [
      name,
      interpolate(value, env),
    ]),
  );
