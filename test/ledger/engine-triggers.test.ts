import { describe, expect, it } from 'vitest';
import { createTestDatabase } from '../support/postgres.ts';
import { acceptClaimed, created, newPost, openTestLedger, openTestPool, rejected } from './fixture.ts';

const { url } = await createTestDatabase('template0');
const ledger = await openTestLedger(url);
const pool = openTestPool(url);

describe('a trigger on herald.post, as the engine makes one', () => {
  it('sees each change of the state, with the state before it, and no other change', async () => {
    await pool.query(`
      create schema engine;
      create table engine.event (id int generated always as identity, post_id uuid, old text, new text);
      create function engine.note() returns trigger language plpgsql as $$
      begin
        if old.state is distinct from new.state then
          insert into engine.event (post_id, old, new) values (new.id, old.state, new.state);
        end if;
        return null;
      end $$;
      create trigger note after update on herald.post for each row execute function engine.note();`);
    const sent = await acceptClaimed(ledger, newPost());
    await ledger.record(sent.claim, created());
    const failed = await acceptClaimed(ledger, newPost());
    await ledger.record(failed.claim, rejected());
    await pool.query('update herald.post set expires_at = expires_at where id = $1', [failed.post.id]);
    const { rows } = await pool.query('select post_id, old, new from engine.event order by id');
    expect(rows).toEqual([
      { post_id: sent.post.id, old: 'SENDING', new: 'SENT' },
      { post_id: failed.post.id, old: 'SENDING', new: 'FAILED' },
    ]);
  });
});
