export { inDollars, priceOf } from './price.ts';
export type { Plan, Price, Rule, RuleName, Warning, WarningCode } from './rules.ts';
export { policyVersion, priceSource, prices, rules, warnings } from './rules.ts';
export { areSimilar, type Wording, wordingOf } from './similarity.ts';
