import { gesture, PostTweetDocument, problemOf, problemOfPost } from 'herald-client';
import { useState } from 'react';
import { useMutation } from 'urql';
import { sentenceFor } from './advice.ts';

export const TweetForm = () => {
  const [text, setText] = useState('');
  const [outcome, setOutcome] = useState('');
  const [pressed] = useState(() => gesture());
  const [{ fetching }, postTweet] = useMutation(PostTweetDocument);

  const submit = async (): Promise<void> => {
    const result = await postTweet({ input: pressed.keyed({ text }) });
    const post = result.data?.postTweet;
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
      <button type="submit" disabled={fetching}>
        Post
      </button>
      <p>{outcome}</p>
    </form>
  );
};
