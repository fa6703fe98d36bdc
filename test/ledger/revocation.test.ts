import { describe, expect, it } from 'vitest';
import type { LedgerPost, NewPost, PartState, UserId } from '../../src/kernel/index.ts';
import { createTestDatabase } from '../support/postgres.ts';
import { connectAccount, newDigest } from './account-fixture.ts';
import { readMiscounted } from './counts.ts';
import {
  acceptClaimed,
  alice,
  created,
  hasCredential,
  newPost,
  newPostId,
  newThread,
  newUserId,
  notSent,
  openTestLedger,
  openTestPool,
} from './fixture.ts';
import { forceState, stateOf } from './force-state.ts';

const { url } = await createTestDatabase('template0');
const ledger = await openTestLedger(url);
const { revocations, issuer, accounts } = ledger;
const pool = openTestPool(url);

const credential = { kid: 'rest-1', sealed: Buffer.from('sealed') };

/** The database's time, so many milliseconds from now. */
const inMs = async (ms: number): Promise<Date> => {
  const { rows } = await pool.query<{ at: Date }>(`select now() + $1 * interval '1 millisecond' as at`, [ms]);
  return rows[0]?.at ?? new Date(Number.NaN);
};
const [before, after] = [await inMs(-60_000), await inMs(3_600_000)];

/** A post with a session's credentials whose parts are in these states. */
const postWith = async (userId: UserId, ...states: PartState[]): Promise<LedgerPost> => {
  const { post } = await acceptClaimed(ledger, newThread(states.length, { userId, sealedAt: before }));
  for (const [position, state] of states.entries()) await forceState(pool, post.id, position, state);
  return post;
};

const partsOf = async ({ id }: LedgerPost) =>
  (await ledger.post(undefined, id))?.parts.map(({ state, error }) => [state, error?.code]);

describe('revoke', () => {
  it('is remembered for the user, and only goes forward', async () => {
    const [userId, other] = [newUserId(), newUserId()];
    expect(await revocations.revokedBefore(userId)).toBeUndefined();
    await revocations.revoke(userId);
    const first = await revocations.revokedBefore(userId);
    expect(first?.getTime()).toBeGreaterThan(before.getTime());
    await pool.query(`update herald.revocation set not_before = $2 where user_id = $1`, [userId, after]);
    await revocations.revoke(userId);
    expect(await revocations.revokedBefore(userId)).toEqual(after);
    expect(await revocations.revokedBefore(other)).toBeUndefined();
  });

  it('ends what the issuer keeps for the user, by user and by grant', async () => {
    const [userId, other] = [newUserId(), newUserId()];
    const grantId = newDigest();
    const put = async (kind: string, owner: UserId | undefined, grant: string | undefined) => {
      const id = newDigest();
      const entry = { kind, id, value: credential, userId: owner, grantId: grant };
      await issuer.upsert({ ...entry, lifetimeMs: 600_000 });
      return { kind, id };
    };
    const ended = [
      await put('Session', userId, undefined),
      await put('RefreshToken', userId, grantId),
      await put('AccessToken', undefined, grantId),
    ];
    const kept = [await put('Session', other, undefined), await put('Interaction', undefined, undefined)];
    await revocations.revoke(userId);
    for (const { kind, id } of ended) expect(await issuer.find(kind, id)).toBeUndefined();
    for (const { kind, id } of kept) expect(await issuer.find(kind, id)).toBeDefined();
  });

  const invalid = 'CREDENTIALS_INVALID';
  it.each([
    [['QUEUED'], [['FAILED', invalid]]],
    [['UNKNOWN'], [['NEEDS_REVIEW', invalid]]],
    [['SENDING'], [['SENDING', undefined]]],
    [['NEEDS_REVIEW'], [['NEEDS_REVIEW', undefined]]],
    [
      ['QUEUED', 'QUEUED', 'QUEUED'],
      [
        ['FAILED', invalid],
        ['CANCELLED', 'PARENT_FAILED'],
        ['CANCELLED', 'PARENT_FAILED'],
      ],
    ],
    [
      ['SENT', 'UNKNOWN', 'QUEUED'],
      [
        ['SENT', undefined],
        ['NEEDS_REVIEW', invalid],
        ['FAILED', invalid],
      ],
    ],
  ] as [PartState[], [PartState, string | undefined][]][])(
    'shreds the credentials of %j',
    async (states, expected) => {
      const userId = newUserId();
      const post = await postWith(userId, ...states);
      await revocations.revoke(userId);
      expect(await partsOf(post)).toEqual(expected);
      expect(await hasCredential(pool, post.id)).toBe(false);
      expect(await readMiscounted(pool)).toEqual([]);
    },
  );

  it('leaves connected accounts with their posts, and other users, as they are', async () => {
    const account = await connectAccount(accounts);
    const { userId, id: accountId } = account;
    const ofAccount = newPost({ userId, accountId, credential: undefined });
    await ledger.accept(ofAccount);
    await forceState(pool, ofAccount.id, 0, 'QUEUED');
    const ofOther = await postWith(newUserId(), 'QUEUED');
    await revocations.revoke(userId);
    expect((await accounts.account(userId, undefined))?.state).toBe('CONNECTED');
    expect((await ledger.claimPost(ofAccount.id))?.post).toMatchObject({ accountId, state: 'SENDING' });
    expect((await ledger.claimPost(ofOther.id))?.credential).toEqual(credential);
  });

  it('lets X’s answer to what is being sent stand', async () => {
    const userId = newUserId();
    const sent = await acceptClaimed(ledger, newPost({ userId, sealedAt: before }));
    const unsent = await acceptClaimed(ledger, newPost({ userId, sealedAt: before }));
    await revocations.revoke(userId);
    await ledger.record(sent.claim, created());
    expect((await stateOf(pool, sent.post.id)).state).toBe('SENT');
    await ledger.record(unsent.claim, notSent());
    await pool.query('update herald.part set not_before = now() where post_id = $1', [unsent.post.id]);
    expect(await ledger.claimPost(unsent.post.id)).toMatchObject({ credential: undefined });
  });
});

describe('accept', () => {
  it('refuses what was sealed before, writes nothing, and takes what was sealed since', async () => {
    const userId = newUserId();
    await revocations.revoke(userId);
    const count = async () =>
      (
        await pool.query(
          `select (select count(*)::int from herald.post where user_id = $1) as posts,
             (select count(*)::int from herald.recent_post where user_id = $1) as recent`,
          [userId],
        )
      ).rows[0];
    for (const idempotencyKey of [undefined, 'a-key']) {
      const post: NewPost = newPost({ userId, sealedAt: before, idempotencyKey });
      expect(await ledger.accept(post)).toEqual({ kind: 'revoked' });
      expect(await count()).toEqual({ posts: 0, recent: 0 });
    }
    expect(await ledger.accept(newPost({ userId, sealedAt: after }))).toMatchObject({ kind: 'accepted' });
    expect(await ledger.accept(newPost({ userId, credential: undefined }))).toMatchObject({
      kind: 'accepted',
    });
    expect(await ledger.accept(newPost({ sealedAt: before }))).toMatchObject({ kind: 'accepted' });
  });

  it('does not show a stored post to a session that was revoked', async () => {
    const post = newPost({ sealedAt: before, idempotencyKey: 'key' });
    await acceptClaimed(ledger, post);
    await revocations.revoke(post.userId);
    expect(await ledger.accept({ ...post, id: newPostId() })).toEqual({ kind: 'revoked' });
    const { rows } = await pool.query('select id from herald.post where user_id = $1', [post.userId]);
    expect(rows).toEqual([{ id: post.id }]);
    const renewed = await ledger.accept({ ...post, id: newPostId(), sealedAt: after });
    expect(renewed).toMatchObject({ kind: 'existing', post: { id: post.id } });
  });
});

describe('credentials from before a revocation', () => {
  /** As a statement leaves it that began before the revocation and was committed after. */
  const keepLate = (id: string, sealedAt: Date) =>
    pool.query(
      `insert into herald.post_credential (post_id, kid, sealed, sealed_at) values ($1, 'rest-1', 'sealed', $2)`,
      [id, sealedAt],
    );

  it('are lent neither to a sender nor to a look', async () => {
    for (const [sealedAt, expected] of [
      [before, undefined],
      [after, credential],
    ] as const) {
      const userId = newUserId();
      await revocations.revoke(userId);
      const post = newPost({ userId, credential: undefined });
      await ledger.accept(post);
      await keepLate(post.id, sealedAt);
      await forceState(pool, post.id, 0, 'QUEUED');
      expect((await ledger.claimPost(post.id))?.credential).toEqual(expected);
      await forceState(pool, post.id, 0, 'UNKNOWN');
      await pool.query(`update herald.part set not_before = '2020-01-01' where post_id = $1`, [post.id]);
      const look = await ledger.nextToReconcile();
      expect(look?.postId).toBe(post.id);
      expect(look?.credential).toEqual(expected);
    }
  });

  it('do not become good by retrying, or by sending again what needs review', async () => {
    for (const [sealedAt, expected] of [
      [before, undefined],
      [after, credential],
    ] as const) {
      const userId = newUserId();
      const failed = await postWith(userId, 'FAILED');
      const review = await postWith(userId, 'NEEDS_REVIEW');
      await revocations.revoke(userId);
      await ledger.retry({ id: failed.id, userId, xUserId: alice, credential, sealedAt });
      await ledger.resolve(userId, review.id, { kind: 'SEND_IT', credential, sealedAt });
      for (const { id } of [failed, review]) {
        const delivery = await ledger.claimPost(id);
        expect(delivery).toBeDefined();
        expect(delivery?.credential).toEqual(expected);
      }
    }
  });
});

describe('tidy', () => {
  it('forgets revocations after a year, and not before the longest token is over', async () => {
    const [old, young] = [newUserId(), newUserId()];
    for (const [userId, days] of [
      [old, 367],
      [young, 364],
    ] as const) {
      await revocations.revoke(userId);
      await pool.query(
        `update herald.revocation set not_before = now() - $2 * interval '1 day' where user_id = $1`,
        [userId, days],
      );
    }
    await ledger.tidy();
    expect(await revocations.revokedBefore(old)).toBeUndefined();
    expect(await revocations.revokedBefore(young)).toBeInstanceOf(Date);
  });
});
