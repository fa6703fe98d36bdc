import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';

/**
 * For each operation of the folder a line `export const PostTweetDocument = { ...PostTweetTree, text: "..." };`: the
 * document as a tree for GraphQL clients and as a text for `fetch`. One operation a file, named as the file is. They
 * spread no fragments, because the limits of Herald's own door count each one as a level (R30).
 */
export const renderOperationTexts = (folder: string): string =>
  readdirSync(folder)
    .sort()
    .map((file) => {
      const name = basename(file, '.graphql');
      const text = readFileSync(join(folder, file), 'utf8').trim();
      return `export const ${name}Document = { ...${name}Tree, text: ${JSON.stringify(text)} } as const;`;
    })
    .join('\n');
