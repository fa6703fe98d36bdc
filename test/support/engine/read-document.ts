import {
  type DocumentNode,
  type GraphQLSchema,
  getVariableValues,
  Kind,
  type OperationDefinitionNode,
  parse,
  validate,
} from 'graphql';
import { EngineError } from './engine-error.ts';
import type { Reading } from './fields.ts';

/** The body of a request to `/v1/graphql`. */
export interface GraphqlRequest {
  readonly query: string;
  readonly variables?: Readonly<Record<string, unknown>> | null;
  readonly operationName?: string | null;
}

/** The operation that a request asks for, valid for the role's schema, and its variables coerced. Throws {@link EngineError}. */
export const readDocument = (
  request: GraphqlRequest,
  schema: GraphQLSchema,
): { readonly operation: OperationDefinitionNode; readonly reading: Reading } => {
  const document = read(request.query);
  const [problem] = validate(schema, document);
  if (problem !== undefined) throw invalid(inEngineWords(problem.message));
  const operation = chooseOperation(document.definitions.filter(isOperation), request.operationName);
  if (!schema.getRootType(operation.operation)) throw invalid(`no ${operation.operation}s exist`);
  const given = request.variables ?? {};
  const { coerced, errors } = getVariableValues(schema, operation.variableDefinitions ?? [], given);
  if (errors !== undefined) throw invalid(errors[0]?.message ?? '');
  return { operation, reading: { document, variables: coerced } };
};

const isOperation = (node: { readonly kind: string }): node is OperationDefinitionNode =>
  node.kind === Kind.OPERATION_DEFINITION;

const chooseOperation = (
  operations: readonly OperationDefinitionNode[],
  name: string | null | undefined,
): OperationDefinitionNode => {
  const [first, ...more] = name ? operations.filter((one) => one.name?.value === name) : operations;
  if (first !== undefined && more.length === 0) return first;
  throw invalid(
    'exactly one operation has to be present in the document when operationName is not specified',
  );
};

const read = (query: string): DocumentNode => {
  try {
    return parse(query);
  } catch (error) {
    throw new EngineError(`not a valid graphql query: ${String(error)}`, 'validation-failed', {
      path: '$.query',
    });
  }
};

const invalid = (message: string): EngineError => new EngineError(message, 'validation-failed');

const inEngineWords = (message: string): string =>
  message.replace(
    /^Cannot query field "([^"]+)" on type "([^"]+)".*$/s,
    "field '$1' not found in type: '$2'",
  );
