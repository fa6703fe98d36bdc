'use client';
import { newIdempotencyKey } from 'herald-client';
import { useActionState, useState } from 'react';
import { type Outcome, tweet } from './actions.ts';
import { PostStatus } from './post-status.tsx';

const nothing: Outcome = { sentence: '' };

export const TweetForm = () => {
  const [text, setText] = useState('');
  const [idempotencyKey, setKey] = useState(newIdempotencyKey);
  const [outcome, submit, isPending] = useActionState(tweet, nothing);

  // Another text is another gesture.
  const write = (event: { target: { value: string } }): void => {
    setText(event.target.value);
    setKey(newIdempotencyKey());
  };

  return (
    <form action={submit}>
      <textarea name="text" value={text} onChange={write} />
      <input type="hidden" name="idempotencyKey" value={idempotencyKey} />
      <button type="submit" disabled={isPending}>
        Post
      </button>
      <p>{outcome.sentence}</p>
      {outcome.postId === undefined ? null : <PostStatus postId={outcome.postId} />}
    </form>
  );
};
