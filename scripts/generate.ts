import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { renderEnvExample, renderErrors, renderPolicy, withConfigTable } from './documents.ts';
import { writeHasuraProject } from './hasura-project.ts';

/** Writes every generated file. CI runs it and refuses a difference. */
execFileSync('npx', ['graphql-codegen', '--config', 'codegen.ts'], {
  stdio: ['ignore', 'ignore', 'inherit'],
});
writeFileSync('docs/errors.md', renderErrors());
writeFileSync('docs/x-policy.md', renderPolicy());
writeFileSync('.env.example', renderEnvExample());
writeFileSync('README.md', withConfigTable(readFileSync('README.md', 'utf8')));
writeHasuraProject('hasura');
