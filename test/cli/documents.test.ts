import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { commands } from '../../src/cli/commands.ts';
import { parse } from '../../src/cli/parse.ts';
import type { LedgerStatus } from '../../src/kernel/index.ts';
import { createMetrics } from '../../src/metrics/index.ts';

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

const quiet: LedgerStatus = {
  pauses: [],
  sending: 0,
  queued: 0,
  oldestDueAt: undefined,
  unknown: 0,
  oldestUnknownAt: undefined,
  needsReview: 0,
  oldestNeedsReviewAt: undefined,
  heartbeatAt: undefined,
  publicUrl: undefined,
};

/** What a Herald that has just started tells Prometheus. */
const scrape = async (): Promise<string> => {
  const metrics = createMetrics({
    status: async () => quiet,
    gate: { state: () => ({ breaker: 'closed', holds: [], clockSkewMs: 0 }) },
    log: () => {},
  });
  const server = await metrics.listen('127.0.0.1', 0);
  const text = await (await fetch(`${server.url}/metrics`)).text();
  await server.close();
  return text;
};

describe('docs/alerts.md', () => {
  it('names only metrics and series that Herald has', async () => {
    const series = [...read('docs/alerts.md').matchAll(/\bherald_\w+(\{[^}]*\})?/g)].map(([name]) => name);
    expect(series.length).toBeGreaterThanOrEqual(5);
    const text = await scrape();
    for (const one of series) expect(text).toContain(one.includes('{') ? `\n${one} ` : `# TYPE ${one} `);
  });

  it('has a rule for each alert of its table', () => {
    const document = read('docs/alerts.md');
    const listed = [...document.matchAll(/^\| `(\w+)` \|/gm)].map(([, name]) => name);
    expect(listed).toHaveLength(5);
    expect([...document.matchAll(/- alert: (\w+)/g)].map(([, name]) => name)).toEqual(listed);
  });
});

describe.each(['docs/alerts.md', 'docs/operations.md', 'docs/keys.md'])('%s', (path) => {
  const document = read(path);

  it('shows only command lines that the commands take', () => {
    const lines = [...document.matchAll(/(?:^ *|`)herald ([a-z][^`\n]*)/gm)].map(([, line = '']) => line);
    expect(lines.length).toBeGreaterThan(0);
    for (const line of lines) {
      const words = (line.match(/"[^"]*"|\S+/g) ?? []).map((word) => word.replaceAll('"', ''));
      const command = commands.find(({ name }) => `${words.join(' ')} `.startsWith(`${name} `));
      if (command === undefined) throw new Error(`There is no such command: herald ${line}`);
      expect(() => parse(command, words.slice(command.name.split(' ').length))).not.toThrow();
    }
  });

  it('links only to files and headings that exist', () => {
    for (const [, target = path, heading] of document.matchAll(
      /\]\((?!https?:)([\w.-]+)?(?:#([\w-]+))?\)/g,
    )) {
      const linked = read(target.startsWith('docs/') ? target : `docs/${target}`);
      const headings = [...linked.matchAll(/^#+ (.*)$/gm)].map(([, title = '']) => slugOf(title));
      if (heading !== undefined) expect(headings).toContain(heading);
    }
  });
});

const slugOf = (title: string): string =>
  title
    .toLowerCase()
    .replaceAll(' ', '-')
    .replace(/[^\w-]/g, '');
