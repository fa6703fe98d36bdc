import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { renderEnvExample, renderErrors, withConfigTable } from '../scripts/documents.ts';
import { variables } from '../src/config/index.ts';

const read = (path: string): string => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');

describe('generated documents', () => {
  it('docs/errors.md is what the error tables say; otherwise run npm run codegen', () => {
    expect(read('docs/errors.md')).toBe(renderErrors());
  });

  it('.env.example is complete; otherwise run npm run codegen', () => {
    const example = read('.env.example');
    expect(example).toBe(renderEnvExample());
    for (const name of Object.keys(variables)) expect(example).toMatch(new RegExp(`^#${name}=`, 'm'));
  });

  it("the README's configuration table is complete; otherwise run npm run codegen", () => {
    const readme = read('README.md');
    expect(withConfigTable(readme)).toBe(readme);
  });
});

describe('hand-written documents', () => {
  const scripts = (JSON.parse(read('package.json')) as { scripts: Record<string, string> }).scripts;

  const documents = [
    'README.md',
    'CONTRIBUTING.md',
    ...readdirSync(new URL('../docs/', import.meta.url), { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.md'))
      .map((path) => `docs/${path}`),
  ];

  it.each(documents)('%s names only commands that exist', (path) => {
    for (const [, name = ''] of read(path).matchAll(/npm run ([a-z:-]+)/g))
      expect(Object.keys(scripts)).toContain(name);
  });

  it.each(documents)('%s links only to files that exist', (path) => {
    const folder = new URL(`../${path}`, import.meta.url);
    for (const [, target = ''] of read(path).matchAll(/\]\((?!https?:|#)([^)#\s]+)/g))
      expect(existsSync(new URL(target, folder)), target).toBe(true);
  });
});
