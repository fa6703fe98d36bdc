import { type DocumentNode, type FieldNode, Kind, type SelectionSetNode } from 'graphql';

/** A client's document and what it needs to be read: fragments and the values of its variables. */
export interface Reading {
  readonly document: DocumentNode;
  readonly variables: Readonly<Record<string, unknown>>;
}

/** A selected field; the selections of fields with the same key are one. */
export interface Field {
  /** Its alias, or its name. */
  readonly key: string;
  readonly name: string;
  readonly node: FieldNode;
}

/** The fields of a selection with fragments inlined, `@skip` and `@include` applied. There are only object types here. */
export const fieldsOf = (selection: SelectionSetNode | undefined, reading: Reading): Field[] => {
  const fields = new Map<string, Field>();
  for (const node of flatten(selection, reading)) {
    const key = (node.alias ?? node.name).value;
    const before = fields.get(key)?.node;
    fields.set(key, { key, name: node.name.value, node: before === undefined ? node : merge(before, node) });
  }
  return [...fields.values()];
};

const flatten = (selection: SelectionSetNode | undefined, reading: Reading): FieldNode[] =>
  (selection?.selections ?? []).flatMap((node) => {
    if (!isIncluded(node.directives ?? [], reading.variables)) return [];
    if (node.kind === Kind.FIELD) return [node];
    if (node.kind === Kind.INLINE_FRAGMENT) return flatten(node.selectionSet, reading);
    return flatten(fragmentNamed(node.name.value, reading.document), reading);
  });

const fragmentNamed = (name: string, { definitions }: DocumentNode): SelectionSetNode | undefined => {
  for (const definition of definitions)
    if (definition.kind === Kind.FRAGMENT_DEFINITION && definition.name.value === name)
      return definition.selectionSet;
  return undefined;
};

const merge = (one: FieldNode, other: FieldNode): FieldNode =>
  one.selectionSet === undefined
    ? one
    : {
        ...one,
        selectionSet: {
          ...one.selectionSet,
          selections: [...one.selectionSet.selections, ...(other.selectionSet?.selections ?? [])],
        },
      };

const isIncluded = (
  directives: NonNullable<FieldNode['directives']>,
  variables: Reading['variables'],
): boolean =>
  directives.every(({ name, arguments: [condition] = [] }) => {
    const value = condition?.value;
    const holds =
      value?.kind === Kind.VARIABLE
        ? variables[value.name.value] === true
        : value?.kind === Kind.BOOLEAN && value.value;
    return name.value === 'skip' ? !holds : name.value === 'include' ? holds : true;
  });
