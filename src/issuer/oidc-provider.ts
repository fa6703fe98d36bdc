/*
 * What the issuer uses of oidc-provider, module by module: the package's index prints a warning below Node.js 22, where
 * it works all the same (`node_outdated` in Herald's log says what there is to say). The version is pinned, so a module
 * that moves fails the tests and not a deployment.
 */
export {
  CustomOIDCProviderError,
  InvalidRequest,
  InvalidScope,
  InvalidTarget,
  OIDCProviderError,
  SessionNotFound,
  TemporarilyUnavailable,
} from 'oidc-provider/lib/helpers/errors.js';
export { Check, Prompt } from 'oidc-provider/lib/helpers/interaction_policy/index.js';
export { Provider } from 'oidc-provider/lib/provider.js';
