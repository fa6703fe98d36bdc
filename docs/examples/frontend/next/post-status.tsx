'use client';
import { createClient } from 'graphql-ws';
import type { XPostState } from 'herald-client';
import { useEffect, useState } from 'react';
import { tokenForSubscription } from './actions.ts';

/** The tracked tables are the engine's, so their documents are your project's: generate them from your engine's schema. */
const subscription = `
  subscription PostStatus($id: uuid!) {
    herald_post_by_pk(id: $id) {
      state
      parts(order_by: { position: asc }) { position state tweet_id error_code }
    }
  }`;

interface PostStatusResult {
  readonly herald_post_by_pk: { readonly state: XPostState } | null;
}

export const PostStatus = ({ postId }: { readonly postId: string }) => {
  const [state, setState] = useState<XPostState | undefined>(undefined);

  useEffect(() => {
    const client = createClient({
      url: 'ws://127.0.0.1:8080/v1/graphql',
      connectionParams: async () => ({
        headers: { authorization: `Bearer ${await tokenForSubscription()}` },
      }),
    });
    const payload = { query: subscription, variables: { id: postId } };
    const stop = client.subscribe<PostStatusResult>(payload, {
      next: ({ data }) => setState(data?.herald_post_by_pk?.state),
      error: () => setState(undefined),
      complete: () => {},
    });
    return () => {
      stop();
      client.dispose();
    };
  }, [postId]);

  return <p>{state ?? 'looking'}</p>;
};
