import { isMap, isSeq, type Node, stringify } from 'yaml';
import type { Edit, Path } from './edits.ts';
import type { Json } from './json.ts';
import { lineEnd, lineStart, newline, splice } from './lines.ts';
import { MetadataProblem } from './problem.ts';
import {
  dashOf,
  isEmpty,
  isFlow,
  nodeAt,
  pairAt,
  parseYaml,
  spanOf,
  type YamlList,
  type YamlMap,
  type YamlText,
} from './yaml-document.ts';
import { keyOf, usual, type YamlFile } from './yaml-file.ts';
import { removeYaml } from './yaml-remove.ts';

/** `file.text` with the edit done in place: every byte that is not Herald's stays as it is. */
export const editYaml = (file: YamlFile, edit: Edit): string => {
  const source = parseYaml(file.text, file.name);
  switch (edit.op) {
    case 'append':
      return append(file, source, edit.path, edit.value);
    case 'put':
      return put(file, source, edit.path, edit.value);
    case 'remove':
      return removeYaml(file, source, edit.path);
  }
};

const render = (value: Json, text: string, column: number): string =>
  stringify(value, { lineWidth: 0, aliasDuplicateObjects: false })
    .trimEnd()
    .split('\n')
    .map((line, index) => (index === 0 || line === '' ? line : ' '.repeat(column) + line))
    .join(newline(text));

const append = (file: YamlFile, source: YamlText, path: Path, value: Json): string => {
  const list = nodeAt(source, path);
  if (isEmpty(list)) return fill(file, source, path, [value]);
  if (!isSeq(list))
    throw new MetadataProblem(`${file.name}: ${keyOf(path) || 'the document'} is not a list.`);
  const last = list.items.at(-1) as Node;
  if (isFlow(list)) return splice(file.text, spanOf(file.text, last).end, 0, `, ${JSON.stringify(value)}`);
  const column = columnOf(file.text, dashOf(list as YamlList, list.items.length - 1) ?? 0);
  return insertAfter(file.text, last, column, [value]);
};

/** Puts lines below those of a node. */
const insertAfter = (text: string, node: Node, column: number, value: Json): string => {
  const { end } = spanOf(text, node);
  const lines = ' '.repeat(column) + render(value, text, column);
  if (text[end - 1] === '\n') return splice(text, end, 0, lines + newline(text));
  return splice(text, belowComments(text, lineEnd(text, end), column), 0, newline(text) + lines);
};

/** Comments that are indented further belong to the entry above. */
const belowComments = (text: string, end: number, column: number): number => {
  const comment = new RegExp(`^\\r?\\n {${column + 1},}#.*`).exec(text.slice(end))?.[0];
  return comment === undefined ? end : belowComments(text, end + comment.replace(/\r$/, '').length, column);
};

const columnOf = (text: string, at: number): number => at - lineStart(text, at);

const put = (file: YamlFile, source: YamlText, path: Path, value: Json): string => {
  const { text } = file;
  const key = path.at(-1);
  const parent = nodeAt(source, path.slice(0, -1));
  if (typeof key !== 'string') throw new Error(`${file.name}: ${keyOf(path)} cannot be put.`);
  if (isEmpty(parent)) return fill(file, source, path.slice(0, -1), { [key]: value });
  if (!isMap(parent))
    throw new MetadataProblem(`${file.name}: ${keyOf(path.slice(0, -1))} is not an object.`);
  const pair = pairAt(parent, key);
  if (pair !== undefined) {
    const { start } = spanOf(text, pair.key);
    const { end } = spanOf(text, pair.value ?? pair.key);
    const fresh = isFlow(parent)
      ? inBrackets(key, value)
      : render({ [key]: value }, text, columnOf(text, start));
    return splice(text, start, end - start, fresh);
  }
  const last = (parent as YamlMap).items.at(-1);
  const before = last?.value ?? last?.key;
  if (last === undefined || before === undefined)
    throw new Error(`${file.name}: ${keyOf(path)} cannot be put.`);
  if (isFlow(parent)) return splice(text, spanOf(text, before).end, 0, `, ${inBrackets(key, value)}`);
  return insertAfter(text, before, columnOf(text, spanOf(text, last.key).start), { [key]: value });
};

const inBrackets = (key: string, value: Json): string => JSON.stringify({ [key]: value }).slice(1, -1);

/** Puts the first entry into a list or object that is empty or not there, and remembers what it was. */
const fill = (file: YamlFile, source: YamlText, path: Path, value: Json): string => {
  const { text, emptiness } = file;
  const key = path.at(-1);
  const parentPath = path.slice(0, -1);
  const remember = (was: string | null, expected: string): void => {
    if (was !== expected) emptiness[keyOf(path)] = was;
  };
  if (key === undefined) return fillDocument(file, source, value, remember);
  const parent = nodeAt(source, parentPath);
  const pair = typeof key === 'string' ? pairAt(parent, key) : undefined;
  if (pair === undefined) {
    remember(null, '');
    return put(file, source, path, value);
  }
  const keyEnd = spanOf(text, pair.key).end;
  const colon = text.indexOf(':', keyEnd) + 1;
  const { end } = pair.value === null || isAbsent(pair.value) ? { end: colon } : spanOf(text, pair.value);
  const was = text.slice(colon, end);
  if (isFlow(parent)) {
    remember(was, '');
    return splice(text, colon, end - colon, ` ${JSON.stringify(value)}`);
  }
  remember(was, ` ${usual(Array.isArray(value))}`);
  const column = columnOf(text, spanOf(text, pair.key).start) + 2;
  const lines = newline(text) + ' '.repeat(column) + render(value, text, column);
  const emptied = splice(text, colon, end - colon, '');
  return splice(emptied, lineEnd(emptied, colon), 0, lines);
};

/** A value of which no byte is there, as after `actions:`. */
const isAbsent = ({ range }: Node): boolean => range?.[0] === range?.[1];

const fillDocument = (
  { name, text }: YamlFile,
  source: YamlText,
  value: Json,
  remember: (was: string, expected: string) => void,
): string => {
  const node = nodeAt(source, []);
  const lines = render(value, text, 0);
  if (node === undefined || isAbsent(node)) {
    remember('', usual(Array.isArray(value)));
    if (text === '') return `${lines}\n`;
    const end = lineEnd(text, text.replace(/\r?\n$/, '').length);
    return splice(text, end, 0, newline(text) + lines);
  }
  const { start, end } = spanOf(text, node);
  if (lineStart(text, start) !== start || lineEnd(text, end) !== end)
    throw new MetadataProblem(
      `${name}: ${text.slice(start, end)} stands beside something else.`,
      'Put the comment on a line of its own.',
    );
  remember(text.slice(start, end), usual(Array.isArray(value)));
  return splice(text, start, end - start, lines);
};
