import {
  type ArgumentNode,
  type ConstDirectiveNode,
  type FieldNode,
  Kind,
  type OperationDefinitionNode,
  print,
  type SelectionSetNode,
  visit,
} from 'graphql';
import { EngineError, isObject } from './engine-error.ts';
import { type Field, fieldsOf, type Reading } from './fields.ts';
import {
  clientHeaders,
  configuredHeaders,
  defaultHeaders,
  type Environment,
  firstOfEach,
  type Headers,
  traceHeaders,
} from './headers.ts';
import { callHttp, NoAnswer } from './http-call.ts';
import { readRemoteAnswer } from './remote-answer.ts';
import { type RemoteView, timeoutOf } from './remote-schema.ts';
import type { EngineSession } from './session.ts';

export interface RemoteRequest {
  readonly operation: OperationDefinitionNode;
  readonly reading: Reading;
  readonly session: EngineSession;
  readonly headers: Headers;
  readonly environment: Environment;
  readonly prioritizeData: boolean;
}

/** One root field of a client's document, as one HTTP request to its remote schema. */
export const callRemote = async (
  field: Field,
  view: RemoteView,
  request: RemoteRequest,
): Promise<unknown> => {
  const { metadata, url } = view.remote;
  const body = JSON.stringify(rewriteField(field, view, request));
  const headers = [...remoteHeaders(view, request), ...traceHeaders(request.headers)];
  try {
    const { text } = await callHttp({ url, headers, body, timeoutMs: timeoutOf(metadata) });
    return nameTypes(readRemoteAnswer(text, field.key, request.prioritizeData), field, view, request.reading);
  } catch (error) {
    if (!(error instanceof NoAnswer)) throw error;
    throw new EngineError(
      `HTTP exception occurred while sending the request to "${url}"`,
      'remote-schema-error',
    );
  }
};

/** Configured before session variables, which always go, before the client's own where these are forwarded. */
const remoteHeaders = ({ remote: { metadata } }: RemoteView, request: RemoteRequest): Headers => {
  const { headers, forward_client_headers = false } = metadata.definition;
  return firstOfEach([
    ...configuredHeaders(headers, request.environment),
    ...Object.entries(request.session.variables),
    ...(forward_client_headers ? clientHeaders(request.headers) : []),
    ...defaultHeaders,
  ]);
};

/** The document for the remote: fragments inlined, directives gone, used variables renamed, the remote's own type names. */
export const rewriteField = (field: Field, view: RemoteView, request: RemoteRequest) => {
  const { operation, reading, session } = request;
  const names = new Map<string, string>();
  const rename = (name: string): string => {
    const renamed = names.get(name) ?? `hasura_json_var_${names.size + 1}`;
    names.set(name, renamed);
    return renamed;
  };
  const presets = [...(view.presets.get(field.name) ?? [])].map(([name, preset]) =>
    presetArgument(name, preset, session),
  );
  const selection = inlineField(field, reading);
  const rewritten = visit(
    { ...selection, arguments: [...(selection.arguments ?? []), ...presets] },
    {
      Variable: (node) => ({ ...node, name: { ...node.name, value: rename(node.name.value) } }),
    },
  );
  const definitions = (operation.variableDefinitions ?? [])
    .filter(({ variable }) => names.has(variable.name.value))
    .map(({ variable, type }) => {
      const restored = visit(type, {
        NamedType: (node) => ({ ...node, name: { ...node.name, value: view.restore(node.name.value) } }),
      });
      return `$${names.get(variable.name.value)}: ${print(restored)}`;
    });
  const name = operation.name?.value;
  const variables = [...names].filter(([own]) => own in reading.variables);
  return {
    query: `${operation.operation} ${name ?? ''}${definitions.length === 0 ? '' : `(${definitions.join(', ')})`} { ${print(rewritten)} }`,
    ...(variables.length === 0
      ? {}
      : {
          variables: Object.fromEntries(variables.map(([own, remote]) => [remote, reading.variables[own]])),
        }),
    ...(name === undefined ? {} : { operationName: name }),
  };
};

const inlineField = ({ key, name, node }: Field, reading: Reading): FieldNode => ({
  kind: Kind.FIELD,
  name: node.name,
  ...(key === name ? {} : { alias: { kind: Kind.NAME, value: key } }),
  ...(node.arguments === undefined ? {} : { arguments: node.arguments }),
  ...(node.selectionSet === undefined ? {} : { selectionSet: inlineSelection(node.selectionSet, reading) }),
});

const inlineSelection = (selection: SelectionSetNode, reading: Reading): SelectionSetNode => ({
  kind: Kind.SELECTION_SET,
  selections: fieldsOf(selection, reading).map((field) => inlineField(field, reading)),
});

/** `@preset(value:)`: a session variable when it begins with x-hasura- and is not static, otherwise the literal. */
const presetArgument = (
  name: string,
  preset: ConstDirectiveNode,
  { variables }: EngineSession,
): ArgumentNode => {
  const given = new Map((preset.arguments ?? []).map((argument) => [argument.name.value, argument.value]));
  const value = given.get('value');
  const fixed = given.get('static');
  const isFixed = fixed?.kind === Kind.BOOLEAN && fixed.value;
  if (value === undefined) throw new EngineError(`preset without a value: ${name}`, 'validation-failed');
  const own = { kind: Kind.ARGUMENT, name: { kind: Kind.NAME, value: name } } as const;
  if (isFixed || value.kind !== Kind.STRING || !/^x-hasura-/i.test(value.value)) return { ...own, value };
  const session = variables[value.value.toLowerCase()];
  if (session === undefined)
    throw new EngineError(
      `session variable expected, but not found: "${value.value.toLowerCase()}"`,
      'not-found',
    );
  return { ...own, value: { kind: Kind.STRING, value: session } };
};

/** `__typename` in the engine's names. */
const nameTypes = (value: unknown, field: Field, view: RemoteView, reading: Reading): unknown => {
  if (Array.isArray(value)) return value.map((entry) => nameTypes(entry, field, view, reading));
  if (!isObject(value)) return value;
  const named: Record<string, unknown> = { ...value };
  for (const inner of fieldsOf(field.node.selectionSet, reading)) {
    const found = value[inner.key];
    named[inner.key] =
      inner.name === '__typename' ? view.rename(String(found)) : nameTypes(found, inner, view, reading);
  }
  return named;
};
