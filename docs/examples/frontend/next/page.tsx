import { XMeDocument } from 'herald-client';
import { send } from '../fetch.ts';
import { accessToken, engineUrl } from './session.ts';
import { TweetForm } from './tweet-form.tsx';

export default async function Page() {
  const { xMe } = await send(engineUrl(), await accessToken(), XMeDocument, {});
  return (
    <main>
      <h1>Post as @{xMe.username}</h1>
      <TweetForm />
    </main>
  );
}
