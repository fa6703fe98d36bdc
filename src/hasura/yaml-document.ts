import {
  type CST,
  type Document,
  isCollection,
  isMap,
  isPair,
  isScalar,
  type Node,
  type Pair,
  type ParsedNode,
  parseDocument,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml';
import type { Path } from './edits.ts';
import type { Json } from './json.ts';
import { MetadataProblem } from './problem.ts';

export type YamlMap = YAMLMap<ParsedNode, ParsedNode | null>;
export type YamlList = YAMLSeq<ParsedNode>;
export type YamlPair = Pair<ParsedNode, ParsedNode | null>;

/** A file of YAML, with the places of everything in its text. */
export interface YamlText {
  readonly text: string;
  readonly document: Document.Parsed;
}

/** Throws {@link MetadataProblem} for what is no YAML. `!include x` without quotes is read as the text `!include x`. */
export const parseYaml = (text: string, file: string): YamlText => {
  const document = parseDocument(text, {
    keepSourceTokens: true,
    customTags: [includeTag],
    logLevel: 'silent',
  });
  const [error] = document.errors;
  if (error !== undefined)
    throw new MetadataProblem(
      `${file} is not YAML: ${error.message.split('\n')[0]}`,
      'Correct it and run the command again.',
    );
  return { text, document };
};

const includeTag = { tag: '!include', resolve: (path: string) => `!include ${path}` };

export const readValue = ({ document }: YamlText): Json => document.toJS() as Json;

/** The node at a path; undefined where there is none. */
export const nodeAt = ({ document }: YamlText, path: Path): Node | undefined => {
  const node = path.length === 0 ? document.contents : document.getIn(path, true);
  return node === null ? undefined : (node as Node | undefined);
};

export const pairAt = (map: Node | undefined, key: string): YamlPair | undefined =>
  isMap(map)
    ? (map as YamlMap).items.find((pair) => isScalar(pair.key) && pair.key.value === key)
    : undefined;

/** Whether a node has nothing in it: it is not there, null, or an empty list or object. */
export const isEmpty = (node: Node | undefined): boolean =>
  node === undefined ||
  (isScalar(node) && node.value === null) ||
  (isCollection(node) && node.items.length === 0);

export const isFlow = (node: Node | undefined): boolean => isCollection(node) && node.flow === true;

/** Where a node's text begins and ends, blanks, line ends and comments after it left out. */
export const spanOf = (text: string, node: Node): { start: number; end: number } => {
  const [start, valueEnd] = node.range ?? [0, 0];
  const last = lastInside(node);
  // What the parser calls the end of a block is after the comments below it.
  if (last !== undefined) return { start, end: spanOf(text, last).end };
  if (keepsBlankLines(node)) return { start, end: valueEnd };
  return { start, end: start + text.slice(start, valueEnd).trimEnd().length };
};

const lastInside = (node: Node): Node | undefined => {
  if (!isCollection(node) || node.flow === true) return undefined;
  const last = node.items.at(-1) as Node | YamlPair | undefined;
  return isPair(last) ? (last.value ?? last.key) : last;
};

/** A block text with `+` owns the blank lines below it. */
const keepsBlankLines = (node: Node): boolean => {
  const token = isScalar(node) ? (node.srcToken as CST.Token | undefined) : undefined;
  return (
    token?.type === 'block-scalar' &&
    token.props.some((prop) => prop.type === 'block-scalar-header' && prop.source.includes('+'))
  );
};

/** Where the dash of a block list's item stands. */
export const dashOf = (list: YamlList, place: number): number | undefined => {
  const token = list.srcToken as CST.BlockSequence | undefined;
  // The parser keeps comments below the last item in an entry of their own, which has no dash.
  const dashes = (token?.items ?? []).flatMap(({ start }) =>
    start.filter(({ type }) => type === 'seq-item-ind'),
  );
  return dashes[place]?.offset;
};
