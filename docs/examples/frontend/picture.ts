import { PostTweetDocument, uploadMedia, XMediaDocument } from 'herald-client';
import { send } from './fetch.ts';

/** Where Herald is asked for tweets (the engine's address, or Herald's own `/graphql`), and where it takes files. */
export interface Addresses {
  readonly graphql: string;
  readonly media: string;
}

/** Posts a file with its description and a text, and gives where it can be seen. Throws what `problemOf` understands. */
export const postPicture = async (
  { graphql, media }: Addresses,
  token: string,
  {
    file,
    altText,
    text,
    idempotencyKey,
  }: { file: Blob; altText: string; text: string; idempotencyKey: string },
): Promise<string | null> => {
  const { id } = await uploadMedia(media, token, file, { altText });
  await untilReady(graphql, token, id);
  const { postTweet } = await send(graphql, token, PostTweetDocument, {
    input: { text, mediaIds: [id], idempotencyKey },
  });
  return postTweet.url;
};

/** A picture is ready at once. X takes its time over GIFs and videos, and Herald asks it when it is asked. */
const untilReady = async (url: string, token: string, id: string): Promise<void> => {
  for (;;) {
    const { xMedia } = await send(url, token, XMediaDocument, { id });
    if (xMedia?.state === 'READY') return;
    if (xMedia?.state !== 'PROCESSING') throw new Error('X could not make use of the file.');
    await new Promise((resolve) => setTimeout(resolve, 2_000));
  }
};
