import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createWorld, type World } from '../support/world.ts';

let world: World;
let database: pg.Client;

beforeEach(async () => {
  world = await createWorld();
  database = new pg.Client({ connectionString: world.databaseUrl });
  await database.connect();
});
afterEach(async () => {
  await database.end();
  await world.close();
});

/** A post that waited for a person, or for its account, can be days old when a part of it fails. */
const ageWhenOwed = `
create function herald.age() returns trigger language plpgsql as $$
begin
  new.created_at = new.created_at - interval '2 days';
  return new;
end $$;
create trigger age before update of rollback on herald.post for each row
when (old.rollback is null and new.rollback = 'OWED') execute function herald.age();`;

/** The post once its rollback is done, without the pauses after setbacks. */
const takenBack = async (id: string) => {
  const session = await world.session('alice');
  for (let tries = 0; tries < 100; tries += 1) {
    const { body } = await world.act('xPost', { id }, session);
    if (body.state !== 'SENDING') return body;
    await database.query('update herald.post set rollback_not_before = now() where rollback_setbacks > 0');
    await sleep(100);
  }
  throw new Error(`Post ${id} is still being taken back.`);
};

describe('a thread that is taken back', () => {
  it('is deleted after a setback, however old it is when that begins', async () => {
    await database.query(ageWhenOwed);
    await world.fault('403-not-permitted', { after: 2 });
    await world.fault('503', { method: 'DELETE', path: '/2/tweets/*' });
    const parts = ['one', 'two', 'three'].map((text) => ({ text }));
    const input = { parts, onPartFailure: 'ROLLBACK_DELETE' };
    const { body } = await world.act('postThread', { input }, await world.session('alice'));
    const post = await takenBack(body.id);
    expect(post).toMatchObject({ state: 'FAILED', error: { code: 'X_FORBIDDEN' } });
    expect(post.parts.map(({ state, error }) => [state, error?.code])).toEqual([
      ['SENT', undefined],
      ['SENT', undefined],
      ['FAILED', 'X_FORBIDDEN'],
    ]);
    expect(await world.tweets()).toEqual([]);
  });
});
