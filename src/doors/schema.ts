import { readFileSync } from 'node:fs';
import {
  buildSchema,
  coerceInputValue,
  type GraphQLField,
  type GraphQLFieldResolver,
  type GraphQLInputType,
  type GraphQLSchema,
  isNonNullType,
} from 'graphql';
import { HeraldError } from '../kernel/index.ts';
import { checkSize, type OperationContext, type Operations } from './operations.ts';

/** The one SDL that every door serves, read once at start-up. */
export const loadSchema = (): GraphQLSchema =>
  buildSchema(readFileSync(new URL('../../graphql/schema.graphql', import.meta.url), 'utf8'));

type RootField = GraphQLField<unknown, OperationContext>;

/** Every root field by its name. A map, so that `__proto__` and `constructor` are unknown like any other name. */
export const rootFields = (
  schema: GraphQLSchema,
): ReadonlyMap<string, { root: 'Mutation' | 'Query'; field: RootField }> =>
  new Map(
    (['Mutation', 'Query'] as const).flatMap((root) =>
      Object.values(
        (root === 'Mutation' ? schema.getMutationType() : schema.getQueryType())?.getFields() ?? {},
      ).map((field) => [field.name, { root, field }] as const),
    ),
  );

/**
 * A field's arguments from JSON, coerced by graphql-js against the SDL: wrong types, unknown fields and missing required
 * ones throw `INVALID_INPUT` with the dotted path of the first one at fault, counted from inside the argument.
 */
export const coerceArguments = (
  field: RootField,
  input: Readonly<Record<string, unknown>>,
): Record<string, unknown> => {
  const unknown = Object.keys(input).find((name) => !field.args.some((argument) => argument.name === name));
  if (unknown !== undefined) throw invalidInput(unknown, `${field.name} takes no argument ${unknown}.`);
  const coerced: Record<string, unknown> = {};
  for (const { name, type } of field.args) {
    const value = input[name];
    if (value === undefined && !isNonNullType(type)) continue;
    coerced[name] = coerce(name, value, type);
  }
  return coerced;
};

const coerce = (argument: string, value: unknown, type: GraphQLInputType): unknown =>
  coerceInputValue(value, type, (path, _invalid, error) => {
    const field = path.join('.') || argument;
    throw invalidInput(field, `${field}: ${error.message}`);
  });

const invalidInput = (field: string, message: string): HeraldError =>
  new HeraldError('INVALID_INPUT', { field: field.slice(0, 100), message: message.slice(0, 300) });

/** The schema with the resolvers that the GraphQL door runs. */
export const attachResolvers = (schema: GraphQLSchema, operations: Operations): GraphQLSchema => {
  for (const { root, field } of rootFields(schema).values()) {
    const resolvers = operations[root] as Record<string, GraphQLFieldResolver<unknown, OperationContext>>;
    const resolve = resolvers[field.name];
    if (resolve === undefined) throw new Error(`The SDL's ${root}.${field.name} has no resolver.`);
    field.resolve = (source, given, context: OperationContext, info) => {
      context.report.operation = field.name;
      checkSize(given, context);
      return resolve(source, given, context, info);
    };
  }
  return schema;
};
