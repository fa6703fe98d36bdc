/*
 * The few declarations that these examples use of urql, Apollo, Next.js, React and graphql-ws, written by hand because those
 * libraries are not installed here. That the documents fit their parameters is checked against the real type, TypedDocumentNode.
 */
declare namespace JSX {
  type Element = unknown;
  interface IntrinsicElements {
    readonly [name: string]: Record<string, unknown>;
  }
  interface ElementChildrenAttribute {
    children: unknown;
  }
}

declare module 'react' {
  export type ReactNode = unknown;
  export function useState<T>(first: T | (() => T)): [T, (next: T) => void];
  export function useEffect(effect: () => (() => void) | undefined, dependencies: readonly unknown[]): void;
  export function useActionState<State>(
    action: (previous: State, form: FormData) => Promise<State>,
    first: State,
  ): [State, (form: FormData) => void, boolean];
}

declare module 'urql' {
  import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
  export interface CombinedError extends Error {
    readonly graphQLErrors: readonly Error[];
    readonly networkError?: Error;
  }
  export interface OperationResult<Result> {
    readonly data?: Result;
    readonly error?: CombinedError;
  }
  export function useMutation<Result, Variables>(
    document: TypedDocumentNode<Result, Variables>,
  ): [{ readonly fetching: boolean }, (variables: Variables) => Promise<OperationResult<Result>>];
}

declare module '@apollo/client/react' {
  import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
  export function useMutation<Result, Variables>(
    document: TypedDocumentNode<Result, Variables>,
    options?: { readonly errorPolicy?: 'none' | 'all' },
  ): [
    (options: {
      readonly variables: Variables;
    }) => Promise<{ readonly data?: Result; readonly error?: Error }>,
    { readonly loading: boolean },
  ];
}

declare module 'next/headers' {
  export function cookies(): Promise<{ get(name: string): { readonly value: string } | undefined }>;
}

declare module 'next/navigation' {
  export function redirect(path: string): never;
}

declare module 'graphql-ws' {
  export interface Sink<Result> {
    next(message: { readonly data?: Result | null; readonly errors?: readonly unknown[] }): void;
    error(problem: unknown): void;
    complete(): void;
  }
  export interface Client {
    subscribe<Result>(
      payload: { readonly query: string; readonly variables?: Record<string, unknown> },
      sink: Sink<Result>,
    ): () => void;
    dispose(): void;
  }
  export function createClient(options: {
    readonly url: string;
    readonly connectionParams: () => Promise<Record<string, unknown>>;
  }): Client;
}

declare const process: { readonly env: Readonly<Record<string, string | undefined>> };
