import {
  type ASTVisitor,
  type FieldNode,
  GraphQLError,
  type OperationDefinitionNode,
  type SelectionSetNode,
  type ValidationContext,
} from 'graphql';
import type { Plugin } from 'graphql-yoga';

/**
 * One mutation field per operation (R31): aliases and fragments would otherwise post twenty tweets in one request.
 * Hasura sends each root field as a request of its own, so nothing that comes through it is refused.
 */
export const oneSideEffect = (): Plugin => ({
  onValidate: ({ addValidationRule }) => addValidationRule(oneMutationField),
});

const oneMutationField = (context: ValidationContext): ASTVisitor => ({
  OperationDefinition(operation) {
    if (operation.operation !== 'mutation') return;
    const names = new Set(rootFieldsOf(operation, context).map((field) => (field.alias ?? field.name).value));
    if (names.size > 1) {
      context.reportError(
        new GraphQLError('One operation may hold one mutation field. Send each in an operation of its own.', {
          nodes: operation,
        }),
      );
    }
  },
});

/** The operation's root fields, also those inside fragments; each fragment is entered once, so cycles end. */
const rootFieldsOf = (operation: OperationDefinitionNode, context: ValidationContext): FieldNode[] => {
  const entered = new Set<string>();
  const fieldsOf = (set: SelectionSetNode): FieldNode[] =>
    set.selections.flatMap((selection) => {
      if (selection.kind === 'Field') return [selection];
      if (selection.kind === 'InlineFragment') return fieldsOf(selection.selectionSet);
      const name = selection.name.value;
      const fragment = entered.has(name) ? undefined : context.getFragment(name);
      entered.add(name);
      return fragment ? fieldsOf(fragment.selectionSet) : [];
    });
  return fieldsOf(operation.selectionSet);
};
