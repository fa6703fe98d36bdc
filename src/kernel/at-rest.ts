import type { SealedCredential } from './posts.ts';

/*
 * What is stored under the keyring's `rest` keys, for changing to another key.
 */

/** A stored value that {@link RestSeal} sealed, wherever it is stored. */
export interface StoredSeal {
  readonly table: 'account_key' | 'post_credential' | 'single_use' | 'issuer_entry';
  /** The row's primary key. */
  readonly id: readonly string[];
  readonly value: SealedCredential;
  /** What opens it, and what it has to be sealed for again. */
  readonly boundTo: readonly string[];
}

export interface RestStore {
  /** How many values are stored under each key; none for a key that is not in it. */
  restKids(): Promise<readonly { readonly kid: string; readonly count: number }[]>;
  /**
   * Up to `limit` values under any other key than `activeKid`, in an order that stays; empty at the end. `after` is the last
   * one of the call before, so that one that does not open is met once.
   */
  nextToRewrap(activeKid: string, limit: number, after?: StoredSeal): Promise<readonly StoredSeal[]>;
  /** Puts `fresh` in the place of what was read. False when it is not there any more, or is another value by now. */
  rewrapped(stored: StoredSeal, fresh: SealedCredential): Promise<boolean>;
}
