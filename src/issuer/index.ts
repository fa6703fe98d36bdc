export { type ClaimsHook, type ClaimsHookInput, loadClaimsHook } from './claims-hook.ts';
export { createIssuer, type Issuer, type IssuerOptions } from './issuer.ts';
