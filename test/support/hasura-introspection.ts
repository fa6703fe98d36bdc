const typeRef = (depth: number): string =>
  depth === 0 ? 'kind name' : `kind name ofType { ${typeRef(depth - 1)} }`;

/** The query that Hasura sends to a remote schema when it is added, reloaded or the engine starts. */
export const hasuraIntrospection = {
  query: `
    query IntrospectionQuery {
      __schema {
        queryType { name }
        mutationType { name }
        subscriptionType { name }
        types { ...FullType }
        directives { name description locations args { ...InputValue } }
      }
    }
    fragment FullType on __Type {
      kind
      name
      description
      fields(includeDeprecated: true) {
        name
        description
        args { ...InputValue }
        type { ...TypeRef }
        isDeprecated
        deprecationReason
      }
      inputFields { ...InputValue }
      interfaces { ...TypeRef }
      enumValues(includeDeprecated: true) { name description isDeprecated deprecationReason }
      possibleTypes { ...TypeRef }
    }
    fragment InputValue on __InputValue { name description type { ...TypeRef } defaultValue }
    fragment TypeRef on __Type { ${typeRef(7)} }`,
  variables: null,
  operationName: 'IntrospectionQuery',
};
