/**
 * A GraphQL document that knows its variables and its result. Clients that take a `DocumentNode` or a
 * `TypedDocumentNode` (urql, Apollo) take it as it is. It is graphql-js's syntax tree, typed without graphql-js.
 */
export interface HeraldDocument<Result, Variables> {
  // graphql 16 names kinds by an enum, to which no literal can be assigned, and with `never` here TypeScript infers neither
  // type parameter of a TypedDocumentNode.
  // biome-ignore lint/suspicious/noExplicitAny: nothing else fits, see above
  readonly kind: any; // oxlint-disable-line no-explicit-any
  readonly definitions: readonly never[];
  /** Only a type; it has no value. */
  readonly __apiType?: (variables: Variables) => Result;
}

/** What a document's operation gives. */
export type ResultOf<Document> = Document extends HeraldDocument<infer Result, infer _> ? Result : never;

/** What a document's operation takes. */
export type VariablesOf<Document> =
  Document extends HeraldDocument<infer _, infer Variables> ? Variables : never;
