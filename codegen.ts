import type { CodegenConfig } from '@graphql-codegen/cli';
import { renderOperationTexts } from './scripts/operation-texts.ts';

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
    'client/src/operations.generated.ts': {
      documents: 'graphql/operations/*.graphql',
      plugins: [
        'typescript-operations',
        'typed-document-node',
        { add: { content: renderOperationTexts('graphql/operations'), placement: 'append' } },
      ],
      config: {
        enumsAsTypes: true,
        useTypeImports: true,
        skipTypename: true,
        defaultScalarType: 'unknown',
        scalars: types.scalars,
        maybeValue: types.maybeValue,
        inputMaybeValue: types.inputMaybeValue,
        documentNodeImport: './document.ts#HeraldDocument',
        documentVariableSuffix: 'Tree',
      },
    },
  },
};

export default config;
