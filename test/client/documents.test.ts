import { readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  buildSchema,
  type DocumentNode,
  isObjectType,
  Kind,
  parse,
  print,
  type SelectionSetNode,
  TypeInfo,
  validate,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import { describe, expect, it } from 'vitest';
import * as client from '../../client/src/index.ts';
import { renderOperationTexts } from '../../scripts/operation-texts.ts';

const root = new URL('../../', import.meta.url);
const schema = buildSchema(readFileSync(new URL('graphql/schema.graphql', root), 'utf8'));
const operations = readdirSync(new URL('graphql/operations/', root)).map((file) =>
  basename(file, '.graphql'),
);
/** What the tracked tables answer through an engine; xAccounts is here for the doors without one. */
const readFromTables = ['xPost', 'xPosts'];

/** As urql and Apollo declare it; docs/examples/frontend is checked against the one that Apollo uses. */
interface TypedDocumentNode<Result, Variables> extends DocumentNode {
  __apiType?: (variables: Variables) => Result;
}

type Document = DocumentNode & { readonly text: string };
const documents = Object.entries(client).filter(([name]) => name.endsWith('Document')) as [
  string,
  Document,
][];

describe('the documents', () => {
  it('are one for each file, and one for each field that no table answers', () => {
    expect(documents.map(([name]) => name).sort()).toEqual(
      operations.map((name) => `${name}Document`).sort(),
    );
    const fields = [schema.getMutationType(), schema.getQueryType()].flatMap((type) =>
      isObjectType(type) ? Object.keys(type.getFields()) : [],
    );
    const wanted = fields.filter((field) => !readFromTables.includes(field));
    expect(operations.map((name) => name.charAt(0).toLowerCase() + name.slice(1)).sort()).toEqual(
      wanted.sort(),
    );
  });

  it.each(documents)('%s is valid, and the tree and the text say the same', (_name, document) => {
    expect(validate(schema, document)).toEqual([]);
    expect(print(parse(document.text))).toBe(print(document));
  });

  it.each(documents)(
    '%s can be written to, as urql does with the key that it keeps there',
    (_name, document) => {
      expect(Object.isExtensible(document)).toBe(true);
    },
  );

  it.each(documents)('%s asks for every field of what it gives', (_name, document) => {
    const types = new TypeInfo(schema);
    const visitor = {
      SelectionSet: ({ selections }: SelectionSetNode) => {
        const type = types.getParentType();
        if (!isObjectType(type) || /^(Query|Mutation)$/.test(type.name)) return;
        const names = selections.map((field) => (field.kind === Kind.FIELD ? field.name.value : field.kind));
        expect(names.sort()).toEqual(Object.keys(type.getFields()).sort());
      },
    };
    visit(document, visitWithTypeInfo(types, visitor));
  });

  it('fit what GraphQL clients take, with their types', () => {
    const take = <Result, Variables>(
      document: TypedDocumentNode<Result, Variables>,
      variables: Variables,
      read: (result: Result) => string,
    ): string => `${document.kind} ${JSON.stringify(variables)} ${read.length}`;
    const text = take(
      client.PostTweetDocument,
      { input: { text: 'Hello' } },
      ({ postTweet }) => postTweet.state,
    );
    expect(text).toBe('Document {"input":{"text":"Hello"}} 1');
    type Variables = client.VariablesOf<typeof client.PostTweetDocument>;
    // @ts-expect-error the input has no such field
    const misspelt: Variables = { input: { txt: 'Hello' } };
    expect(Object.keys(misspelt.input)).toEqual(['txt']);
  });
});

describe('the texts', () => {
  it('are those of the files; otherwise run npm run codegen', () => {
    const generated = readFileSync(new URL('client/src/operations.generated.ts', root), 'utf8');
    expect(generated).toContain(renderOperationTexts(fileURLToPath(new URL('graphql/operations', root))));
  });
});
