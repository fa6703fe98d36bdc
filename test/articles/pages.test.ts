import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { shareRecovered } from '../../docs/articles/two-time-pad.ts';

const docs = new URL('../../docs/', import.meta.url);
const articles = ['auth0-rule', 'encrypted-jwt', 'feathers-payload', 'rs256-sign-in'];
const read = (path: string): string => readFileSync(new URL(path, docs), 'utf8');

it('there is a page and a test of that name for each of the four articles', () => {
  const pages = readdirSync(new URL('articles/', docs)).filter((name) => name.endsWith('.md'));
  expect(pages.sort()).toEqual(['README.md', ...articles.map((name) => `${name}.md`)]);
  for (const name of articles) expect(existsSync(new URL(`${name}.test.ts`, import.meta.url))).toBe(true);
});

describe.each(articles)('the page %s', (name) => {
  const page = read(`articles/${name}.md`);

  it('says what the article does, what was wrong, what Herald does, and what shows it', () => {
    for (const heading of ['What it does', 'What was wrong', 'What Herald does', 'Tests'])
      expect(page).toContain(`\n## ${heading}\n`);
    expect(page).toContain(`test/articles/${name}.test.ts`);
  });
});

it.each([...articles.map((name) => `articles/${name}.md`), 'articles/README.md', 'auth0.md', 'desktop.md'])(
  '%s links only to what exists',
  (path) => {
    const page = read(path);
    const links = [...page.matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(
      ([, target = '']) => new URL(target, new URL(path, docs)),
    );
    const rooms = [...page.matchAll(/`((?:src|test|docs)\/[\w/.-]+)`/g)].map(
      ([, target = '']) => new URL(`../${target}`, docs),
    );
    for (const target of [...links, ...rooms]) expect(existsSync(target), target.pathname).toBe(true);
  },
);

it("the page on the rule gives the demonstration's own figures", () => {
  const rows = [...read('articles/auth0-rule.md').matchAll(/^\| (\d+) \| ([\d.]+) % \|$/gm)];
  expect(rows).toHaveLength(5);
  for (const [, count, percent] of rows) {
    const share = shareRecovered(Number(count), { trials: 100, seed: 'herald' });
    expect(Math.abs(100 * share - Number(percent)), `${count} rows`).toBeLessThan(0.5);
  }
});
