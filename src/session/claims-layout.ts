import { type ClaimPath, parseClaimPath } from './claim-path.ts';
import type { Complain } from './jwt-secret.ts';

/** Where the session variables stand in a token. */
export type ClaimsLayout =
  /** In one object, or in a string that holds its JSON. */
  | { readonly kind: 'namespace'; readonly path: ClaimPath; readonly stringified: boolean }
  /** Each by itself, under its lower-case name. */
  | { readonly kind: 'map'; readonly sources: ReadonlyMap<string, ClaimSource> };

export type ClaimSource =
  | { readonly kind: 'literal'; readonly value: unknown }
  | { readonly kind: 'path'; readonly path: ClaimPath; readonly fallback: unknown };

export const HASURA_NAMESPACE = 'https://hasura.io/jwt/claims';

type Fields = Readonly<Record<string, unknown>>;

/** `claims_namespace`, `claims_namespace_path`, `claims_format` and `claims_map` of the engine's JWT secret. */
export const readClaimsLayout = (fields: Fields, complain: Complain): ClaimsLayout | undefined => {
  const { claims_map, claims_namespace, claims_namespace_path, claims_format = 'json' } = fields;
  const given = [claims_map, claims_namespace, claims_namespace_path].filter((value) => value !== undefined);
  if (given.length > 1) {
    return complain('must have at most one of claims_map, claims_namespace and claims_namespace_path.');
  }
  if (claims_format !== 'json' && claims_format !== 'stringified_json') {
    return complain('claims_format must be json or stringified_json.');
  }
  if (claims_map !== undefined) return readMap(claims_map, complain);
  const path = readNamespace(claims_namespace, claims_namespace_path, complain);
  return path && { kind: 'namespace', path, stringified: claims_format === 'stringified_json' };
};

const readNamespace = (name: unknown, path: unknown, complain: Complain): ClaimPath | undefined => {
  if (path !== undefined) {
    const parsed = typeof path === 'string' ? parseClaimPath(path) : undefined;
    return (
      parsed ?? complain("claims_namespace_path must be a path like $, $.app.claims or $['a name'].claims.")
    );
  }
  if (name === undefined) return [HASURA_NAMESPACE];
  return typeof name === 'string' && name !== '' ? [name] : complain('claims_namespace must be a string.');
};

const readMap = (value: unknown, complain: Complain): ClaimsLayout | undefined => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return complain('claims_map must be an object.');
  }
  const sources = new Map<string, ClaimSource>();
  for (const [name, source] of Object.entries(value)) {
    const read = readSource(source);
    if (read === undefined)
      return complain(`claims_map has a source that cannot be read: ${name.slice(0, 60)}.`);
    sources.set(name.toLowerCase(), read);
  }
  const missing = ['x-hasura-allowed-roles', 'x-hasura-default-role'].find((name) => !sources.has(name));
  if (missing !== undefined) return complain(`claims_map must say where ${missing} is.`);
  return { kind: 'map', sources };
};

const readSource = (source: unknown): ClaimSource | undefined => {
  if (typeof source === 'string' || Array.isArray(source)) return { kind: 'literal', value: source };
  if (typeof source !== 'object' || source === null) return undefined;
  const { path: text, default: fallback } = source as { path?: unknown; default?: unknown };
  const path = typeof text === 'string' ? parseClaimPath(text) : undefined;
  return path && { kind: 'path', path, fallback };
};
