import type { UploadTweetMediaMutation } from './operations.generated.ts';

/** What is said of a file beside its bytes. */
export interface UploadOptions {
  /** What is to be seen, for those who cannot see it: up to 1,000 characters. */
  readonly altText?: string | undefined;
  /** The connected account that will post it; otherwise as the posting mutations choose it. */
  readonly accountId?: string | undefined;
  /** Ends the upload. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Uploads a picture, a GIF or a video as a form to Herald's `POST /media`: `url` is its whole address, `token` the bearer. Gives
 * what UploadTweetMediaDocument gives, for files that are too large for that; throws what `problemOf` understands. It cannot say
 * how far it is, because `fetch` does not tell; `progress` of its answer is X's, and XMediaDocument asks again.
 */
export const uploadMedia = async (
  url: string,
  token: string,
  file: Blob,
  { altText, accountId, signal }: UploadOptions = {},
): Promise<UploadTweetMediaMutation['uploadTweetMedia']> => {
  const form = new FormData();
  // Herald sends the file on as it arrives, so it has to know these before.
  if (altText !== undefined) form.append('altText', altText);
  if (accountId !== undefined) form.append('accountId', accountId);
  form.append('file', file);
  const response = await fetch(url, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}` },
    body: form,
    ...(signal === undefined ? {} : { signal }),
  });
  const answer: unknown = await response.json();
  if (response.ok) return answer as UploadTweetMediaMutation['uploadTweetMedia'];
  throw Object.assign(new Error(), answer);
};
