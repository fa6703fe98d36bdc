import { readFileSync } from 'node:fs';
import {
  buildSchema,
  coerceInputValue,
  GraphQLError,
  type GraphQLField,
  type GraphQLFieldResolver,
  GraphQLID,
  type GraphQLInputType,
  type GraphQLSchema,
  isEnumType,
  isNonNullType,
} from 'graphql';
import { HeraldError } from '../kernel/index.ts';
import { checkSize } from './input-size.ts';
import type { OperationContext, Operations } from './operations.ts';

/** The one SDL that every door serves, read once at start-up. */
export const loadSchema = (): GraphQLSchema => {
  GraphQLID.parseValue = parseWholeId;
  return withoutGuessing(
    buildSchema(readFileSync(new URL('../../graphql/schema.graphql', import.meta.url), 'utf8')),
  );
};

const parseId = GraphQLID.parseValue.bind(GraphQLID);

/** An id as a number beyond 2^53 has lost its last digits on the way through JSON, and would be the id of something else. */
const parseWholeId: typeof GraphQLID.parseValue = (value) => {
  if (typeof value !== 'number' || Number.isSafeInteger(value)) return parseId(value);
  throw new GraphQLError('An id that is so large has to be a string: a number loses its last digits.');
};

const LONGEST_NAME = 100;

/** graphql-js compares a wrong value of an enumeration with each right one, for a hint that is not shown: 280 MB for one of 8 MB. */
const withoutGuessing = (schema: GraphQLSchema): GraphQLSchema => {
  for (const type of Object.values(schema.getTypeMap()).filter(isEnumType)) {
    const parseValue = type.parseValue.bind(type);
    type.parseValue = (value) => {
      if (typeof value !== 'string' || value.length <= LONGEST_NAME) return parseValue(value);
      throw new GraphQLError(`Enum "${type.name}" has no value that is so long.`);
    };
  }
  return schema;
};

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
      checkSize(field.name, given, context);
      return resolve(source, given, context, info);
    };
  }
  return schema;
};
