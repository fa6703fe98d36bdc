import type { OverBudget } from './budgets.ts';
import type { AccountId, MediaId, UserId, XMediaId, XUserId } from './ids.ts';

/*
 * Files that go out with a tweet: as they come in, as X has them, and what the ledger knows of them. Their bytes are
 * never written anywhere in the clear.
 */

export type MediaKind = 'IMAGE' | 'GIF' | 'VIDEO';
export type MediaState = 'PROCESSING' | 'READY' | 'FAILED';

/** A file whose bytes were looked at and fit X's limits. */
export interface MediaFile {
  readonly kind: MediaKind;
  /** As the bytes say, e.g. `image/png`; never as somebody claimed. */
  readonly mimeType: string;
  readonly byteLength: number;
  /** The bytes from `start` up to, and without, `end`. */
  read(start: number, end: number): Promise<Uint8Array>;
  /** Lets go of the bytes. May be called twice. */
  dispose(): Promise<void>;
}

/**
 * Takes files in from three ways, and refuses with `MEDIA_INVALID`, the field and a sentence what X would refuse: the
 * type, the size, the dimensions, the frames, the length. Whoever gets a file disposes of it.
 */
export interface MediaReader {
  /** At most 5 MB decoded; field `base64`. */
  fromBase64(base64: string): Promise<MediaFile>;
  /** Pictures and GIFs of public https addresses, where that is allowed; field `url`. */
  fromUrl(url: string): Promise<MediaFile>;
  /** At most the configured size, kept encrypted under a key of this process meanwhile; field `file`. */
  fromStream(stream: AsyncIterable<Uint8Array>): Promise<MediaFile>;
}

/** An uploaded file as the ledger has it. */
export interface LedgerMedia {
  readonly id: MediaId;
  readonly userId: UserId;
  readonly xUserId: XUserId;
  readonly accountId: AccountId | undefined;
  readonly kind: MediaKind;
  readonly state: MediaState;
  /** Percent. */
  readonly progress: number | undefined;
  readonly altText: string | undefined;
  /** Undefined until X has it. */
  readonly xMediaId: XMediaId | undefined;
  /** X forgets it then; until X has said, a day after it was begun. */
  readonly expiresAt: Date;
  /** X asked not to be asked earlier. */
  readonly checkAt: Date | undefined;
  readonly createdAt: Date;
}

export interface NewMedia {
  readonly id: MediaId;
  readonly userId: UserId;
  readonly xUserId: XUserId;
  readonly accountId: AccountId | undefined;
  readonly kind: MediaKind;
  readonly mimeType: string;
  readonly byteLength: number;
  readonly altText: string | undefined;
  /** What X charges for it now: alt text. Counts against the budgets. */
  readonly costMicroUsd: number;
}

/** What X said about a file; what is absent stays as it is. */
export interface MediaChange {
  readonly state: MediaState;
  readonly progress?: number | undefined;
  readonly xMediaId?: XMediaId | undefined;
  readonly checkAt?: Date | undefined;
  readonly expiresAt?: Date | undefined;
}

/** Every method throws `TEMPORARILY_UNAVAILABLE` when the database is away. */
export interface MediaStore {
  /** Writes it down as PROCESSING before a byte goes to X. */
  begin(media: NewMedia): Promise<LedgerMedia | OverBudget>;
  /** READY and FAILED are final: a change that comes later changes nothing. Gives what is stored. */
  change(id: MediaId, change: MediaChange): Promise<LedgerMedia>;
  /** Those of `ids` that are of this user, in any order. */
  find(userId: UserId, ids: readonly MediaId[]): Promise<readonly LedgerMedia[]>;
}
