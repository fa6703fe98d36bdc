import { useMutation } from '@apollo/client/react';
import { gesture, PostTweetDocument, problemOf, problemOfPost } from 'herald-client';
import { useState } from 'react';
import { sentenceFor } from './advice.ts';

export const TweetForm = () => {
  const [text, setText] = useState('');
  const [outcome, setOutcome] = useState('');
  const [pressed] = useState(() => gesture());
  const [postTweet, { loading }] = useMutation(PostTweetDocument, { errorPolicy: 'all' });

  const submit = async (): Promise<void> => {
    // Apollo gives what the server answered, and throws when there was no answer.
    const result = await postTweet({ variables: { input: pressed.keyed({ text }) } }).catch(
      (error: Error) => ({ error }),
    );
    const post = 'data' in result ? result.data?.postTweet : undefined;
    if (post !== undefined) pressed.end();
    const problem = problemOf(result) ?? (post && problemOfPost(post));
    setOutcome(problem === undefined ? `It is on X: ${post?.url}` : sentenceFor(problem));
  };

  return (
    <form action={submit}>
      <textarea
        value={text}
        onChange={(event: { target: { value: string } }) => setText(event.target.value)}
      />
      <button type="submit" disabled={loading}>
        Post
      </button>
      <p>{outcome}</p>
    </form>
  );
};
