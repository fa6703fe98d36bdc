import type { CodegenConfig } from '@graphql-codegen/cli';

const types = {
  enumsAsTypes: true,
  useTypeImports: true,
  skipTypename: true,
  defaultScalarType: 'unknown',
  scalars: { ID: 'string', DateTime: 'string' },
  // A whole object always names every field, with an explicit null where there is nothing: Hasura refuses less.
  avoidOptionals: { object: true, field: true },
  maybeValue: 'T | null',
  inputMaybeValue: 'T | null | undefined',
};

const config: CodegenConfig = {
  schema: 'graphql/schema.graphql',
  emitLegacyCommonJSImports: false,
  generates: {
    'src/kernel/schema.generated.ts': { plugins: ['typescript'], config: types },
    'src/doors/resolvers.generated.ts': {
      plugins: [
        { add: { content: "import type * as Types from '../kernel/index.ts';" } },
        'typescript-resolvers',
      ],
      config: {
        ...types,
        namespacedImportName: 'Types',
        contextType: './operations.ts#OperationContext',
        makeResolverTypeCallable: true,
        avoidOptionals: { resolvers: true },
      },
    },
  },
};

export default config;
