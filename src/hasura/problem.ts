/** What `herald hasura` cannot go on with: which file, entry or engine, and what to do. Nothing was changed. */
export class MetadataProblem extends Error {
  /** What to do next, in sentences. */
  readonly next: readonly string[];

  constructor(message: string, ...next: string[]) {
    super(message);
    this.next = next;
  }
}
