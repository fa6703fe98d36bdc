import { variables } from '../src/config/index.ts';
import { answerErrors, postErrors } from '../src/kernel/index.ts';
import {
  inDollars,
  type Price,
  policyVersion,
  priceSource,
  prices,
  type Rule,
  rules,
  type Warning,
  warnings,
} from '../src/posting/policy/index.ts';

const row = (...cells: readonly string[]): string => `| ${cells.join(' | ')} |`;

/** docs/errors.md: every code, from the tables that the doors answer with. */
export const renderErrors = (): string =>
  [
    '# Errors',
    '',
    'Generated from `src/kernel/errors.ts` by `npm run codegen`.',
    '',
    'An **error** means that nothing was accepted and nothing was sent. The action door answers it as',
    '`{message, code, extensions}`, the GraphQL door as `errors[]` with the same `extensions`:',
    '`{code, userAction, retryAt, field, requestId}`. What X said about a tweet is no error but `XPost.error`.',
    '',
    '## Errors of a request',
    '',
    row('code', 'HTTP', 'userAction', 'when', 'message'),
    row('---', '---', '---', '---', '---'),
    ...Object.entries(answerErrors).map(([code, { status, userAction, when, message }]) =>
      row(`\`${code}\``, String(status), userAction, when, message),
    ),
    '',
    '## Codes of `XPost.error`',
    '',
    row('code', 'userAction', 'what X answered', 'message'),
    row('---', '---', '---', '---'),
    ...Object.entries(postErrors).map(([code, { userAction, when, message }]) =>
      row(`\`${code}\``, userAction, when, message),
    ),
    '',
  ].join('\n');

const ruleRows = (table: Readonly<Record<string, Rule>>): string[] =>
  Object.entries(table).map(([name, rule]) =>
    row(
      name,
      rule.sentence,
      rule.remedy,
      rule.plan ?? 'every',
      rule.enforcedBy.join(', '),
      rule.since ?? '',
      rule.mark,
      rule.source,
    ),
  );

const priceRows = (table: Readonly<Record<string, Price>>): string[] =>
  Object.values(table).map(({ what, microUsd }) => row(what, inDollars(microUsd), String(microUsd)));

const warningRows = (table: Readonly<Record<string, Warning>>): string[] =>
  Object.entries(table).map(([code, { userAction, when, plan }]) =>
    row(`\`${code}\``, userAction, plan ?? 'every', when),
  );

/** docs/x-policy.md: what X allows and charges, from the table that Herald judges posts by. */
export const renderPolicy = (): string =>
  [
    '# What X allows, and what it costs',
    '',
    'Generated from `src/posting/policy/rules.ts` by `npm run codegen`.',
    '',
    `As X's own pages and specification said on ${policyVersion}. A rule that X documents is *documented*; one that several`,
    'projects have seen in practice is *reported*. What Herald enforces it knows before anything is sent: `postTweet` and',
    '`postThread` refuse with the code and field that `previewTweet` shows. Of *mentions*, *duplicates* and *similarContent*',
    'only the preview warns, because X alone knows where it draws the line. `X_PLAN` says which plan applies.',
    '',
    '## Rules',
    '',
    row('id', 'rule', 'what to do', 'plan', 'who enforces it', 'since', 'mark', 'source'),
    row('---', '---', '---', '---', '---', '---', '---', '---'),
    ...ruleRows(rules),
    '',
    '## Prices',
    '',
    `Pay per use, since ${priceSource.since}, ${priceSource.mark}: ${priceSource.source}. Herald counts in millionths of a US dollar.`,
    '',
    row('X charges for', 'USD', 'micro-USD'),
    row('---', '---:', '---:'),
    ...priceRows(prices),
    '',
    "A reply to the account's own tweet, as in a thread, costs what a tweet costs. Whether there is an address in a text, and how",
    'it is counted, is in [text.md](text.md).',
    '',
    '## Warnings of `previewTweet`',
    '',
    'They stand in the way of nothing: `blocking` is false.',
    '',
    row('code', 'userAction', 'plan', 'when'),
    row('---', '---', '---', '---'),
    ...warningRows(warnings),
    '',
  ].join('\n');

type Variable = { about: string; default?: string; secret?: true; readBy?: string };
const all = Object.entries(variables) as [string, Variable][];

/** .env.example: every variable, commented out, so that copying the file changes nothing. */
export const renderEnvExample = (): string =>
  [
    '# Every variable that Herald knows. Copy this file to .env and set what you need.',
    '# Each can also be given as NAME_FILE, the path of a file that holds the value.',
    '',
    ...all.flatMap(([name, { about, default: value, readBy }]) => [
      `# ${about.replaceAll('`', '')}.${readBy ? ` Read by: ${readBy}.` : ''}`,
      `#${name}=${value === undefined || /[ =`]/.test(value) ? '' : value}`,
      '',
    ]),
  ].join('\n');

/** The README's table of the same variables. */
export const renderConfigTable = (): string =>
  [
    row('name', 'default', ''),
    row('---', '---', '---'),
    ...all.map(([name, { about, default: value, readBy }]) =>
      row(`\`${name}\``, value ?? '', `${about}.${readBy ? ` (${readBy})` : ''}`),
    ),
  ].join('\n');

const START = '<!-- configuration -->';
const END = '<!-- /configuration -->';

/** `readme` with its configuration table made anew between the two marks. */
export const withConfigTable = (readme: string): string => {
  const [before, rest] = readme.split(START);
  const after = rest?.split(END)[1];
  if (before === undefined || after === undefined) throw new Error(`README.md has no ${START} ... ${END}.`);
  return `${before}${START}\n${renderConfigTable()}\n${END}${after}`;
};
