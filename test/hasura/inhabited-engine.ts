import type { JsonObject } from '../../src/hasura/index.ts';

/** An engine with tables, an action and a type of its own, as it exports them. */
export const inhabited: JsonObject = {
  version: 3,
  sources: [
    {
      name: 'default',
      kind: 'postgres',
      tables: [{ table: { name: 'posts', schema: 'public' }, event_triggers: [] }],
      configuration: { connection_info: { database_url: 'postgres://foreign-canary@db' } },
    },
  ],
  actions: [
    {
      name: 'like',
      definition: {
        handler: 'https://mine',
        output_type: 'Liked',
        headers: [{ name: 'x-key', value: 'header-canary' }],
        type: 'mutation',
      },
    },
  ],
  custom_types: {
    objects: [
      { name: 'Liked', fields: [{ name: 'at', type: 'DateTime', arguments: null, description: null }] },
    ],
    scalars: [{ name: 'DateTime', description: null }],
  },
  cron_triggers: [{ name: 'tidy' }],
};
