import { HeraldError, type UploadTweetMediaInput } from '../kernel/index.ts';
import { BODY_LIMIT_BYTES } from './json-body.ts';
import type { OperationContext } from './operations.ts';

/**
 * Refuses a body that is large for another reason than the file in it, before anything is made of it: coercing a large wrong
 * value costs hundreds of milliseconds. `files` are the values that may be one, in base64.
 */
export const checkBody = (bodyBytes: number, files: readonly unknown[]): void => {
  if (bodyBytes <= BODY_LIMIT_BYTES) return;
  const fileBytes = files.reduce<number>(
    (sum, file) => sum + (typeof file === 'string' ? file.length : 0),
    0,
  );
  if (bodyBytes - fileBytes > BODY_LIMIT_BYTES) throw new HeraldError('PAYLOAD_TOO_LARGE');
};

/** What stands as `base64` in an input; undefined for what is no input. */
export const fileOf = (input: unknown): unknown =>
  typeof input === 'object' && input !== null && 'base64' in input ? input.base64 : undefined;

const INPUT_LIMIT_BYTES = 64 * 1024;

/**
 * Refuses arguments that are too large; a file in base64 does not count, for it has a limit of its own. They are only
 * measured when the body that they came in is larger than the limit.
 */
export const checkSize = (
  operation: string,
  given: Readonly<Record<string, unknown>>,
  { bodyBytes }: OperationContext,
): void => {
  if (bodyBytes <= INPUT_LIMIT_BYTES) return;
  const counted = operation === 'uploadTweetMedia' ? withoutFile(given) : given;
  if (Buffer.byteLength(JSON.stringify(counted)) > INPUT_LIMIT_BYTES)
    throw new HeraldError('PAYLOAD_TOO_LARGE');
};

const withoutFile = ({ input, ...others }: Readonly<Record<string, unknown>>) => ({
  ...others,
  input: { ...(input as Partial<UploadTweetMediaInput>), base64: null },
});
