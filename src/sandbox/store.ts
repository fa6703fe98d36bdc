import { EventEmitter } from 'node:events';
import { join } from 'node:path';
import { type Journal, readIfThere, readJournal, startJournal, writePrivately } from './journal.ts';
import { makeSnowflakes, snowflakeMs } from './snowflake.ts';
import { makeUser, type User, withNewTokens } from './users.ts';

export interface NewTweet {
  /** As it was posted, neither escaped nor shortened; empty with media only. */
  readonly text: string;
  /** The parent's id, which stays when the parent is deleted. */
  readonly inReplyTo?: string | undefined;
  readonly replySettings?: string | undefined;
  /** The quoted tweet's id, which stays when that is deleted. */
  readonly quotes?: string | undefined;
  readonly mediaIds?: readonly string[] | undefined;
  readonly poll?: Poll | undefined;
  readonly communityId?: string | undefined;
  readonly madeWithAi?: true | undefined;
  readonly paidPartnership?: true | undefined;
}

export interface Poll {
  readonly options: readonly string[];
  readonly duration_minutes: number;
}

export interface Tweet extends NewTweet {
  readonly id: string;
  readonly author: User;
  /** Milliseconds since 1970. */
  readonly createdMs: number;
}

/** A line of the journal; the author is an id, and `parent` what the tweet replies to. */
type Entry =
  | (Omit<NewTweet, 'inReplyTo'> & { op: 'create'; id: string; author: string; parent?: string | undefined })
  | { op: 'delete'; id: string };

/** Accounts and tweets, kept in two files of `dir`: users.json (tokens, 0600) and tweets.jsonl. Without `dir`, in memory. */
export class Store {
  /** Emits `change` when a tweet came or went. */
  readonly changes: EventEmitter = new EventEmitter().setMaxListeners(0);
  readonly #now: () => number;
  readonly #dir: string | undefined;
  readonly #users = new Map<string, User>();
  readonly #byToken = new Map<string, User>();
  readonly #byUsername = new Map<string, User>();
  readonly #tweets = new Map<string, Tweet>();
  readonly #byAuthor = new Map<string, Map<string, Tweet>>();
  readonly #byText = new Map<string, Tweet>();
  #keeps = false;
  #journal: Journal | undefined;
  #nextId: () => string;

  constructor(options: { dir?: string | undefined; now: () => number }) {
    this.#now = options.now;
    this.#dir = options.dir;
    this.#nextId = makeSnowflakes(options.now);
    this.#readUsers();
    this.#readTweets();
    for (const username of ['alice', 'bob']) this.addUser(username);
  }

  /**
   * Starts to write what changes. Called once the port is ours, so that a second sandbox, which will not get the port,
   * leaves the files of the first alone.
   */
  keep(): void {
    this.#keeps = this.#dir !== undefined;
    this.#writeUsers();
    this.#restartJournal();
  }

  /** The account of that handle in any case, made when there is none. */
  addUser(username: string): User {
    const known = this.userByName(username);
    if (known) return known;
    const user = makeUser(username, this.#now());
    this.#putUser(user);
    this.#writeUsers();
    return user;
  }

  users(): User[] {
    return [...this.#users.values()];
  }

  user(id: string): User | undefined {
    return this.#users.get(id);
  }

  /** The account of that handle in any case. */
  userByName(username: string): User | undefined {
    return this.#byUsername.get(username.toLowerCase());
  }

  userOfToken(accessToken: string): User | undefined {
    return this.#byToken.get(accessToken);
  }

  /** The account's pair of tokens signs nothing any more; the next sign-in gives a new one. */
  forgetTokens(user: User): void {
    this.#byToken.delete(user.access_token);
    this.#putUser(withNewTokens(user));
    this.#writeUsers();
  }

  /** Writes the tweet down, then gives it. */
  addTweet(author: User, tweet: NewTweet): Tweet {
    const made = this.#putTweet(this.#nextId(), author, tweet);
    this.#journal?.append(entryOf(made));
    this.changes.emit('change');
    return made;
  }

  deleteTweet(tweet: Tweet): void {
    this.#tweets.delete(tweet.id);
    this.#byAuthor.get(tweet.author.id)?.delete(tweet.id);
    this.#forgetText(tweet);
    this.#journal?.append({ op: 'delete', id: tweet.id } satisfies Entry);
    this.changes.emit('change');
  }

  tweet(id: string): Tweet | undefined {
    return this.#tweets.get(id);
  }

  /** Oldest first; deleted ones are absent. */
  tweets(): Tweet[] {
    return [...this.#tweets.values()];
  }

  /** Oldest first. */
  tweetsOf(author: User): Tweet[] {
    return [...(this.#byAuthor.get(author.id)?.values() ?? [])];
  }

  /** The author's latest tweet whose text is this one after NFC and trimming. */
  latestWithText(author: User, text: string): Tweet | undefined {
    return this.#byText.get(textKey(author, text));
  }

  /** Forgets every tweet; keeps users and their tokens, and never gives an id twice. */
  clearTweets(): void {
    this.#tweets.clear();
    this.#byAuthor.clear();
    this.#byText.clear();
    this.#restartJournal();
    this.changes.emit('change');
  }

  close(): void {
    this.#journal?.close();
    this.#journal = undefined;
  }

  #readUsers(): void {
    const text = this.#dir && readIfThere(this.#path('users.json'));
    if (!text) return;
    for (const user of parseUsers(text, this.#path('users.json'))) this.#putUser(user);
  }

  #readTweets(): void {
    if (!this.#dir) return;
    for (const entry of readJournal(this.#path('tweets.jsonl'))) this.#replay(entry as Entry);
    const newest = this.tweets().at(-1);
    if (newest) this.#nextId = makeSnowflakes(this.#now, BigInt(newest.id));
  }

  #replay(entry: Entry): void {
    if (entry.op === 'delete') {
      const gone = this.#tweets.get(entry.id);
      if (gone) this.deleteTweet(gone);
      return;
    }
    const { op: _op, id, author: authorId, parent, ...tweet } = entry;
    const author = this.#users.get(authorId);
    if (author) this.#putTweet(id, author, { ...tweet, inReplyTo: parent });
  }

  #putUser(user: User): void {
    this.#users.set(user.id, user);
    this.#byToken.set(user.access_token, user);
    this.#byUsername.set(user.username.toLowerCase(), user);
  }

  #putTweet(id: string, author: User, posted: NewTweet): Tweet {
    // Field by field: a spread of so many is slow enough to be seen in a benchmark.
    const tweet: Tweet = {
      id,
      author,
      createdMs: snowflakeMs(id),
      text: posted.text,
      inReplyTo: posted.inReplyTo,
      replySettings: posted.replySettings,
      quotes: posted.quotes,
      mediaIds: posted.mediaIds,
      poll: posted.poll,
      communityId: posted.communityId,
      madeWithAi: posted.madeWithAi,
      paidPartnership: posted.paidPartnership,
    };
    this.#tweets.set(id, tweet);
    const own = this.#byAuthor.get(author.id) ?? new Map<string, Tweet>();
    this.#byAuthor.set(author.id, own.set(id, tweet));
    this.#byText.set(textKey(author, tweet.text), tweet);
    return tweet;
  }

  #forgetText(tweet: Tweet): void {
    const key = textKey(tweet.author, tweet.text);
    if (this.#byText.get(key) === tweet) this.#byText.delete(key);
  }

  #writeUsers(): void {
    if (this.#keeps) writePrivately(this.#path('users.json'), `${JSON.stringify(this.users(), null, 2)}\n`);
  }

  #restartJournal(): void {
    if (!this.#keeps) return;
    this.#journal?.close();
    this.#journal = startJournal(this.#path('tweets.jsonl'), this.tweets().map(entryOf));
  }

  #path(name: string): string {
    return join(this.#dir ?? '.', 'sandbox', name);
  }
}

function parseUsers(text: string, path: string): User[] {
  try {
    return JSON.parse(text) as User[];
  } catch {
    throw new Error(`${path} is damaged; delete its folder to start with an empty sandbox`);
  }
}

const textKey = (author: User, text: string): string => `${author.id} ${text.normalize('NFC').trim()}`;

const entryOf = ({ author, inReplyTo, createdMs: _derived, ...tweet }: Tweet): Entry => ({
  op: 'create',
  author: author.id,
  parent: inReplyTo,
  ...tweet,
});
