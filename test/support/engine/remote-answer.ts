import { EngineError, isObject, RemoteErrors } from './engine-error.ts';

const failed = (message: string): EngineError => new EngineError(message, 'remote-schema-error');

/**
 * The engine's rules for a remote schema's answer: status and content type do not count; `errors` fail the field and are
 * handed on as they are, unless data has priority. Gives the value of `data.<key>`.
 */
export const readRemoteAnswer = (text: string, key: string, prioritizeData: boolean): unknown => {
  const body = parseObject(text);
  const { data, errors } = body;
  const hasData = isObject(data) && data[key] !== undefined && data[key] !== null;
  if (errors !== undefined && !(prioritizeData && hasData)) {
    if (!Array.isArray(errors)) throw failed('Invalid "errors" field in response from remote');
    throw new RemoteErrors(errors);
  }
  if (!isObject(data)) throw failed('Missing "data" field in response from remote');
  if (!(key in data)) throw failed(`expecting key ${key}`);
  return data[key];
};

const parseObject = (text: string): Record<string, unknown> => {
  try {
    const body: unknown = JSON.parse(text);
    if (isObject(body)) return body;
  } catch {
    // Told below.
  }
  throw failed('Error parsing response of the remote schema: not a JSON object');
};
