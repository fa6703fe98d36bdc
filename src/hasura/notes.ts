import type { Choice } from './terms.ts';

/** What the metadata cannot say: variables and switches of the engine, and what else each of them touches. */
export const describeSwitches = ({ door, roles }: Choice): string[] => [
  'The engine needs HERALD_URL (where it finds Herald) and HERALD_WEBHOOK_SECRET (the same as Herald has) in its own environment; without them its metadata is inconsistent.',
  `Herald needs HERALD_ROLES to list ${roles.join(', ')}; any other role is answered ROLE_NOT_ALLOWED.`,
  ...(door === 'actions'
    ? []
    : [
        'Set HASURA_GRAPHQL_ENABLE_REMOTE_SCHEMA_PERMISSIONS=true: without it every role, the unauthenticated one too, may call every field of every remote schema. It is for the whole engine: a role then sees of your other remote schemas only what their permissions say.',
      ]),
  'Set HASURA_GRAPHQL_CONFIGURED_HEADER_PRECEDENCE=true (v2.37 or later): configured headers win over those of clients. It is for the whole engine: your other actions and remote schemas that forward client headers no longer let a client replace a configured one.',
  'With HASURA_GRAPHQL_UNAUTHORIZED_ROLE the engine takes the session variables of callers without a token from their own headers: never name that role in --roles, nor in HERALD_ROLES.',
];
