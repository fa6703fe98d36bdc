import { expect, it } from 'vitest';
import { gesture, newIdempotencyKey } from '../../client/src/index.ts';

it('a key is a fresh uuid, which Herald takes', () => {
  expect(newIdempotencyKey()).toMatch(/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/);
  expect(newIdempotencyKey()).not.toBe(newIdempotencyKey());
});

it('the same input has the same key until the gesture ends', () => {
  const pressed = gesture();
  const first = pressed.keyed({ text: 'Hello' });
  expect(first).toEqual({ text: 'Hello', idempotencyKey: expect.any(String) });
  expect(pressed.keyed({ text: 'Hello' })).toEqual(first);
  pressed.end();
  expect(pressed.keyed({ text: 'Hello' }).idempotencyKey).not.toBe(first.idempotencyKey);
});

it('another input is another gesture, and so is that of another form', () => {
  const pressed = gesture();
  const keys = [
    pressed.keyed({ text: 'Helo' }),
    pressed.keyed({ text: 'Hello' }),
    gesture().keyed({ text: 'Hello' }),
  ];
  expect(new Set(keys.map(({ idempotencyKey }) => idempotencyKey)).size).toBe(3);
});
