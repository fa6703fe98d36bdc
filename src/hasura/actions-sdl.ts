import {
  type ASTNode,
  type DefinitionNode,
  type DocumentNode,
  type FieldDefinitionNode,
  parse,
  print,
  type TypeDefinitionNode,
  visit,
} from 'graphql';
import { newline, splice } from './lines.ts';
import { MetadataProblem } from './problem.ts';
import { isType, type RootField, rootFieldsOf } from './surface.ts';

/** The text of actions.graphql, read. One without a definition is no document to graphql-js, but fine with the CLI. */
export const parseActionsSdl = (text: string): DocumentNode['definitions'] => {
  if (text.replace(/#.*/g, '').trim() === '') return [];
  try {
    return parse(text).definitions;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new MetadataProblem(
      `actions.graphql cannot be read: ${reason}`,
      'Correct it and run the command again.',
    );
  }
};

export const rootFieldsIn = (text: string): RootField[] => parseActionsSdl(text).flatMap(rootFieldsOf);

export const typesIn = (text: string): TypeDefinitionNode[] => parseActionsSdl(text).filter(isType);

/** The file with a root field as it is wanted: changed where it stands, or in a block of its own at the end. */
export const putRootField = (text: string, { root, node }: RootField): string => {
  const wanted = withoutWords(node);
  const found = rootFieldsIn(text).find((field) => field.node.name.value === node.name.value);
  if (found === undefined) return add(text, `type ${root} {\n  ${print(wanted)}\n}`);
  if (found.root !== root) return putRootField(removeRootField(text, node.name.value), { root, node });
  return isSame(withoutWords(found.node), wanted) ? text : replace(text, found.node, print(wanted));
};

/** The description is the action's comment, which is in actions.yaml. */
const withoutWords = ({ description: _description, ...field }: FieldDefinitionNode): FieldDefinitionNode =>
  field;

/** The file with a type as it is wanted. */
export const putType = (text: string, wanted: TypeDefinitionNode): string => {
  const found = typesIn(text).find(({ name }) => name.value === wanted.name.value);
  if (found === undefined) return add(text, print(wanted));
  return isSame(found, wanted) ? text : replace(text, found, print(wanted));
};

/** The file without a root field; the block around it goes with its last one. */
export const removeRootField = (text: string, name: string): string => {
  for (const definition of parseActionsSdl(text)) {
    const fields = rootFieldsOf(definition);
    const field = fields.find(({ node }) => node.name.value === name);
    if (field !== undefined) return take(text, fields.length === 1 ? definition : field.node);
  }
  return text;
};

/** The file without a type. */
export const removeType = (text: string, name: string): string => {
  const found = typesIn(text).find((type) => type.name.value === name);
  return found === undefined ? text : take(text, found);
};

const placeOf = ({ loc }: ASTNode): { start: number; end: number } => {
  if (loc === undefined) throw new Error('actions.graphql was read without places.');
  return loc;
};

const replace = (text: string, node: FieldDefinitionNode | DefinitionNode, wanted: string): string => {
  const { start, end } = placeOf(node);
  const column = start - (text.lastIndexOf('\n', start - 1) + 1);
  const lines = wanted
    .split('\n')
    .map((line, index) => (index === 0 || line === '' ? line : ' '.repeat(column) + line));
  return splice(text, start, end - start, lines.join(newline(text)));
};

/** Puts a definition after an empty line at the end. {@link take} takes exactly that away again. */
const add = (text: string, definition: string): string => {
  const eol = newline(text);
  const lines = definition.replaceAll('\n', eol);
  if (text === '') return `${lines}\n`;
  const end = text.endsWith(eol) ? text.length - eol.length : text.length;
  return splice(text, end, 0, eol + eol + lines);
};

const take = (text: string, node: ASTNode): string => {
  const { start, end } = placeOf(node);
  const before = /(?:\r?\n[ \t]*){1,2}$/.exec(text.slice(0, start))?.[0] ?? '';
  const after = start === before.length ? (/^\r?\n(?:\r?\n)?/.exec(text.slice(end))?.[0] ?? '') : '';
  return splice(text, start - before.length, before.length + end - start + after.length, '');
};

const isSame = (one: ASTNode, other: ASTNode): boolean => print(trimmed(one)) === print(trimmed(other));

/** The CLI exports descriptions as `""" text """`. */
const trimmed = <Node extends ASTNode>(node: Node): Node =>
  visit(node, { StringValue: (text) => ({ ...text, value: text.value.trim(), block: true }) });
