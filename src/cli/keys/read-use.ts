import type { KeyUse } from '../../credentials/index.ts';
import { type Call, Usage } from '../command.ts';

export const uses = ['envelope', 'rest', 'sign', 'cookie'] as const satisfies readonly KeyUse[];

/** Throws {@link Usage} for a use that no key has. */
export const readUse = (call: Call): KeyUse | undefined => {
  const text = call.text('use');
  const use = uses.find((candidate) => candidate === text);
  if (text !== undefined && use === undefined) throw new Usage(`--use knows ${uses.join(', ')}.`);
  return use;
};

/** `--iss` as the keyring takes it; absent: Herald itself. */
export const readIssuer = (call: Call): { iss?: string } => {
  const iss = call.text('iss');
  if (iss === '') throw new Usage('--iss is the issuer that seals with this key.');
  return iss === undefined ? {} : { iss };
};
