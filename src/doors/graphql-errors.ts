import type { ExecutionResult } from 'graphql';
import { GraphQLError } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { HeraldError } from '../kernel/index.ts';
import { extensionsOf, publicError } from './answer.ts';
import type { OperationContext } from './operations.ts';

export type ReportBug = (error: unknown, requestId: string) => void;

/**
 * Turns every error of a result into its public form: the code, user action and request id of the error table, and the
 * place in the client's document. Bugs are reported once and leave as `INTERNAL`.
 */
export const showPublicErrors = (reportBug: ReportBug): Plugin<object, OperationContext> => ({
  onExecutionResult({ result, setResult, context: { requestId, report } }) {
    if (result === undefined || Symbol.asyncIterator in result || !result.errors?.length) return;
    const errors = result.errors.map((error) => show(error, requestId, reportBug));
    report.refusal = String(errors[0]?.extensions.code);
    setResult({ ...(result as ExecutionResult), errors });
  },
});

const show = (error: GraphQLError, requestId: string, reportBug: ReportBug): GraphQLError => {
  const known = causeOf(error);
  if (known.code === 'INTERNAL') reportBug(known.cause, requestId);
  return new GraphQLError(known.message, {
    nodes: error.nodes ?? null,
    path: error.path ?? null,
    extensions: { ...extensionsOf(known, requestId) },
  });
};

/** A resolver's refusal, or what graphql-js itself found wrong with the document or its variables. */
const causeOf = (error: GraphQLError): HeraldError => {
  const cause = error.originalError ?? undefined;
  if (cause !== undefined && !isGraphqlError(cause)) return publicError(cause);
  const message = withoutSuggestion(error.message);
  const path = /^Variable "\$[^"]*" got invalid value .* at "[^".]+\.([^"]+)"; /s.exec(error.message)?.[1];
  return path === undefined
    ? new HeraldError('INVALID_REQUEST', { message })
    : new HeraldError('INVALID_INPUT', { message, field: path.replace(/\[(\d+)\]/g, '.$1').slice(0, 100) });
};

const isGraphqlError = (error: unknown): boolean => error instanceof Error && error.name === 'GraphQLError';

/** graphql-js offers the names of fields that the caller may not know of (R28). */
const withoutSuggestion = (message: string): string =>
  message.includes('Query validation error')
    ? TOO_MUCH
    : message.replace(/ Did you mean .*$/s, '').slice(0, 300);

const TOO_MUCH =
  'The document asks for too much: at most 500 tokens, 5 levels, 5 directives and a cost of 200.';
