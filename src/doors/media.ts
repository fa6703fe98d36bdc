import multipart from '@fastify/multipart';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { HeraldError, type Posting, type Session, type XMedia } from '../kernel/index.ts';
import { sendActionError } from './action.ts';
import { BODY_LIMIT_BYTES, FILE_BODY_LIMIT_BYTES } from './json-body.ts';
import { createPlaces, holdingPlace, limitAtOnce } from './places.ts';
import { type Form, readForm } from './read-form.ts';

export interface MediaDoor {
  readonly posting: Pick<Posting, 'uploadMediaStream' | 'uploadTweetMedia'>;
  /** How large a file may be; its reader refuses a larger one. */
  readonly maxBytes: number;
}

const UPLOADS_AT_ONCE = 4;
/** The parser's own bounds are a little wider, so that the refusal can name the field. */
const LIMITS = {
  files: 2,
  fields: 8,
  parts: 10,
  headerPairs: 20,
  fieldSize: FILE_BODY_LIMIT_BYTES,
  // What is over the parser's limit would stay on the wire; the whole body is counted instead.
  fileSize: Number.POSITIVE_INFINITY,
};

/**
 * `POST /media`: `uploadTweetMedia` as a form, for files that are too large for JSON. The file goes on as it arrives; it stands
 * last in the form, for nothing of it is kept here. The answer is the `XMedia`; errors are those of an action.
 */
export const openMediaDoor = (scope: FastifyInstance, door: MediaDoor): void => {
  const limitBytes = Math.max(door.maxBytes, FILE_BODY_LIMIT_BYTES) + BODY_LIMIT_BYTES;
  scope.removeAllContentTypeParsers();
  scope.register(multipart, { limits: LIMITS });
  scope.addHook('onRequest', async ({ headers }) => {
    if (Number(headers['content-length'] ?? 0) > limitBytes) throw tooLarge(door);
  });
  limitAtOnce(
    scope,
    createPlaces(UPLOADS_AT_ONCE),
    () => true,
    `Herald takes in ${UPLOADS_AT_ONCE} files at once, and nothing was started. Try again after retryAt.`,
  );
  const answer = async (request: FastifyRequest): Promise<XMedia> => {
    request.operation = 'uploadTweetMedia';
    const session = request.clientSession;
    if (session === undefined) throw new HeraldError('UNAUTHENTICATED');
    if (!request.isMultipart()) throw new HeraldError('INVALID_REQUEST', { status: 415 });
    try {
      const tooMuch = watchBody(request, () => tooLarge(door), limitBytes);
      return await upload(door.posting, session, await readForm(request, tooMuch));
    } catch (error) {
      throw isGone(request) ? new HeraldError('INVALID_REQUEST', { cause: error }) : error;
    } finally {
      // What is left is thrown away, so that the client can read the answer whenever it is done.
      request.raw.unpipe();
      request.raw.resume();
    }
  };
  scope.post('/media', holdingPlace(answer));
};

const upload = async (
  posting: MediaDoor['posting'],
  session: Session,
  { fields, file }: Form,
): Promise<XMedia> => {
  const { base64, url, altText, accountId } = fields;
  const about = { altText: altText || null, accountId: accountId || null };
  const isElsewhere = Boolean(base64 || url);
  if ((file === undefined) !== isElsewhere)
    throw new HeraldError('INVALID_INPUT', { field: 'file', message: WAYS });
  if (file !== undefined) return posting.uploadMediaStream(session, file, about);
  return posting.uploadTweetMedia(session, { base64: base64 || null, url: url || null, ...about });
};

const WAYS = 'Send the file in the field file, behind all others; or base64, or url.';

/**
 * Rejects once more has arrived than any form may have; until then, what arrives keeps the request alive. To be called in the
 * turn in which the form's parser begins, for it makes the bytes flow.
 */
const watchBody = (
  { raw, arrival }: FastifyRequest,
  refusal: () => HeraldError,
  limitBytes: number,
): Promise<never> => {
  const tooMuch = new Promise<never>((_, reject) => {
    let bytes = 0;
    raw.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= limitBytes) arrival?.refresh();
      else reject(refusal());
    });
  });
  // Nobody may be listening any more.
  tooMuch.catch(() => {});
  return tooMuch;
};

/** The client went before its form had arrived. */
const isGone = ({ raw }: FastifyRequest): boolean => raw.destroyed && !raw.complete;

const tooLarge = ({ maxBytes }: MediaDoor): HeraldError =>
  new HeraldError('PAYLOAD_TOO_LARGE', {
    message: `The request is too large: a file may have ${maxBytes} bytes (HERALD_MEDIA_MAX_BYTES).`,
  });

/** An error of this door, in the shape of an action's. */
export const sendMediaError = (
  error: HeraldError,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply => {
  if (error.code === 'UNAUTHENTICATED') reply.header('www-authenticate', 'Bearer error="invalid_token"');
  if (error.status !== 415) return sendActionError(error, request, reply);
  const message = 'Send a form: multipart/form-data.';
  return sendActionError(new HeraldError('INVALID_REQUEST', { status: 415, message }), request, reply);
};
