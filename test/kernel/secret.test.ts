import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { Secret } from '../../src/kernel/index.ts';

describe('Secret', () => {
  const secret = new Secret('canary-7f3a');

  it.each([
    ['concatenation', `${secret}`],
    ['JSON', JSON.stringify({ nested: [secret] })],
    ['inspect', inspect(secret)],
    ['inspect with hidden properties', inspect({ secret }, { showHidden: true, depth: 9 })],
    ['String()', String(secret)],
    ['an object spread', JSON.stringify({ ...secret })],
    ['its own keys', Reflect.ownKeys(secret).map(String).join()],
  ])('hides its value in %s', (_where, printed) => {
    expect(printed).not.toContain('canary');
  });

  it('reveals its value when asked by name', () => {
    expect(secret.reveal()).toBe('canary-7f3a');
  });
});
