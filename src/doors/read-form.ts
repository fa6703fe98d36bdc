import type { Multipart, MultipartFile } from '@fastify/multipart';
import type { FastifyRequest } from 'fastify';
import { HeraldError } from '../kernel/index.ts';

const NAMES = ['altText', 'accountId', 'base64', 'url'] as const;
type Name = (typeof NAMES)[number];

export type Fields = Partial<Record<Name, string>>;

/** What a form says before its file; without a file, all that it says. */
export interface Form {
  readonly fields: Fields;
  /**
   * The bytes of the file. It ends when the whole form has arrived and is sound, so whoever reads it to its end has all there
   * is. It throws `INVALID_REQUEST`, `INVALID_INPUT` or `PAYLOAD_TOO_LARGE` for a form that breaks off or goes on.
   */
  readonly file: AsyncIterable<Uint8Array> | undefined;
}

type NextPart = () => Promise<Multipart | undefined>;

/**
 * Reads a multipart form up to its file. Throws `INVALID_INPUT` for a field that is unknown, there twice or behind the file,
 * `PAYLOAD_TOO_LARGE` for a field other than `base64` that is over 64 KiB, or when `tooLarge` rejects.
 */
export const readForm = async (request: FastifyRequest, tooLarge: Promise<never>): Promise<Form> => {
  const parts = request.parts();
  const next: NextPart = async () => {
    const { value, done } = await Promise.race([parts.next(), tooLarge]).catch(explain);
    return done ? undefined : value;
  };
  const fields: Fields = {};
  for (;;) {
    const part = await next();
    if (part === undefined) return { fields, file: undefined };
    if (part.type === 'file') {
      tooLarge.catch((error) => part.file.destroy(error));
      return { fields, file: readFile(part, next) };
    }
    addField(fields, part);
  }
};

/** Exactly one file, and nothing behind it: what it is for has to be known before its bytes go on. */
async function* readFile({ fieldname, file }: MultipartFile, next: NextPart): AsyncGenerator<Uint8Array> {
  if (fieldname !== 'file') throw invalid(fieldname, 'The file goes into the field file.');
  try {
    yield* file;
  } catch (error) {
    explain(error);
  }
  const more = await next();
  if (more?.type === 'file') throw invalid('file', 'One file at a time.');
  if (more !== undefined) throw invalid(more.fieldname, 'This field has to come before the file.');
}

const FIELD_LIMIT_BYTES = 64 * 1024;

const addField = (fields: Fields, part: Multipart & { type: 'field' }): void => {
  const { fieldname, value, valueTruncated } = part;
  const name = NAMES.find((known) => known === fieldname);
  if (fieldname === 'file') throw invalid('file', 'The file has to come with a file name.');
  if (name === undefined) throw invalid(fieldname, `The fields are ${NAMES.join(', ')}, and file.`);
  if (fields[name] !== undefined) throw invalid(name, 'This field is there twice.');
  if (typeof value !== 'string') throw invalid(name, 'This field has to be text.');
  if (valueTruncated || (name !== 'base64' && Buffer.byteLength(value) > FIELD_LIMIT_BYTES))
    throw new HeraldError('PAYLOAD_TOO_LARGE', { field: name });
  // The parser replaces what is no UTF-8 by this character, and the text would be seen so at X.
  if (value.includes('\ufffd')) throw invalid(name, 'This field is not valid UTF-8.');
  fields[name] = value;
};

/** What the parser found wrong, or that the client went; never a bug. */
const explain = (error: unknown): never => {
  if (error instanceof HeraldError) throw error;
  const isTooLarge = (error as { statusCode?: unknown }).statusCode === 413;
  throw new HeraldError(isTooLarge ? 'PAYLOAD_TOO_LARGE' : 'INVALID_REQUEST', {
    message: isTooLarge
      ? 'The form has too many fields.'
      : 'This is not a complete form of the type multipart/form-data.',
    cause: error,
  });
};

const invalid = (field: string | undefined, message: string): HeraldError =>
  new HeraldError('INVALID_INPUT', { field: (field ?? '').slice(0, 100), message });
