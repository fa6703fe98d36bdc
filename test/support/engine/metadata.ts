import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type DocumentNode, parse as parseGraphql } from 'graphql';
import { parse as parseYaml } from 'yaml';
import { isObject } from './engine-error.ts';

export interface HeaderMetadata {
  readonly name: string;
  readonly value?: string;
  readonly value_from_env?: string;
}

export interface ActionMetadata {
  readonly name: string;
  readonly definition: {
    readonly kind?: string;
    readonly handler: string;
    readonly headers?: readonly HeaderMetadata[];
    readonly forward_client_headers?: boolean;
    readonly ignored_client_headers?: readonly string[];
    /** Seconds. */
    readonly timeout?: number;
  };
  readonly permissions?: readonly { readonly role: string }[];
}

export interface TableName {
  readonly schema: string;
  readonly name: string;
}

/** A relationship of an action's output type to a tracked table. */
export interface ActionRelationship {
  readonly name: string;
  readonly type: 'object' | 'array';
  readonly remote_table: TableName;
  readonly field_mapping: Readonly<Record<string, string>>;
}

export interface RemoteSchemaMetadata {
  readonly name: string;
  readonly definition: {
    readonly url?: string;
    readonly url_from_env?: string;
    readonly timeout_seconds?: number;
    readonly headers?: readonly HeaderMetadata[];
    readonly forward_client_headers?: boolean;
    readonly customization?: {
      readonly root_fields_namespace?: string;
      readonly type_names?: { readonly prefix?: string; readonly suffix?: string };
    };
  };
  readonly permissions?: readonly {
    readonly role: string;
    readonly definition: { readonly schema: string };
  }[];
}

export interface RetryConf {
  readonly num_retries?: number;
  readonly interval_sec?: number;
  readonly retry_interval_seconds?: number;
  readonly timeout_sec?: number;
  readonly timeout_seconds?: number;
  readonly tolerance_seconds?: number;
}

export interface EventTriggerMetadata {
  readonly name: string;
  readonly definition: Readonly<Record<string, unknown>>;
  readonly retry_conf?: RetryConf;
  readonly webhook?: string;
  readonly webhook_from_env?: string;
  readonly headers?: readonly HeaderMetadata[];
}

export interface CronTriggerMetadata {
  readonly name: string;
  readonly webhook: string;
  readonly payload?: unknown;
  readonly comment?: string;
  readonly headers?: readonly HeaderMetadata[];
  readonly retry_conf?: RetryConf;
}

export interface RelationshipMetadata {
  readonly name: string;
  readonly using: {
    readonly manual_configuration?: {
      readonly column_mapping: Readonly<Record<string, string>>;
      readonly remote_table: TableName;
    };
  };
}

export interface TableMetadata {
  readonly table: TableName;
  readonly configuration?: { readonly custom_name?: string };
  readonly object_relationships?: readonly RelationshipMetadata[];
  readonly array_relationships?: readonly RelationshipMetadata[];
  readonly select_permissions?: readonly {
    readonly role: string;
    readonly permission: {
      readonly columns: readonly string[] | '*';
      readonly filter?: unknown;
      readonly limit?: number;
    };
  }[];
  readonly event_triggers?: readonly EventTriggerMetadata[];
}

export interface SourceMetadata {
  readonly name: string;
  readonly configuration: {
    readonly connection_info: { readonly database_url: string | { readonly from_env: string } };
  };
  readonly tables: readonly TableMetadata[];
}

/** A config-v3 metadata directory. */
export interface Metadata {
  readonly actions: readonly ActionMetadata[];
  readonly customObjects: readonly {
    readonly name: string;
    readonly relationships?: readonly ActionRelationship[];
  }[];
  /** `actions.graphql`, which the CLI merges into the actions. */
  readonly actionsSdl: DocumentNode;
  readonly remoteSchemas: readonly RemoteSchemaMetadata[];
  readonly cronTriggers: readonly CronTriggerMetadata[];
  readonly sources: readonly SourceMetadata[];
}

/** Reads a project (with `config.yaml`) or the metadata directory itself. Throws for anything but version 3. */
export const readMetadata = (folder: string): Metadata => {
  const directory = metadataDirectory(folder);
  const version = readYaml(join(directory, 'version.yaml')) as { version?: number } | undefined;
  if (version?.version !== 3) throw new Error(`${directory} is no metadata directory of version 3.`);
  const actions = (readYaml(join(directory, 'actions.yaml')) ?? {}) as {
    actions?: Metadata['actions'];
    custom_types?: { objects?: Metadata['customObjects'] };
  };
  return {
    actions: actions.actions ?? [],
    customObjects: actions.custom_types?.objects ?? [],
    actionsSdl: readSdl(join(directory, 'actions.graphql')),
    remoteSchemas: readList(join(directory, 'remote_schemas.yaml')),
    cronTriggers: readList(join(directory, 'cron_triggers.yaml')),
    sources: readList<SourceMetadata>(join(directory, 'databases', 'databases.yaml')).map((source) => ({
      ...source,
      tables: source.tables ?? [],
    })),
  };
};

const metadataDirectory = (folder: string): string => {
  const config = readYaml(join(folder, 'config.yaml')) as { metadata_directory?: string } | undefined;
  return config === undefined ? folder : join(folder, config.metadata_directory ?? 'metadata');
};

const readSdl = (file: string): DocumentNode => {
  const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
  return text.replaceAll(/^\s*#.*$/gm, '').trim() === ''
    ? ({ kind: 'Document', definitions: [] } as unknown as DocumentNode)
    : parseGraphql(text);
};

const readList = <Entry>(file: string): readonly Entry[] => (readYaml(file) ?? []) as readonly Entry[];

/** The file with every `!include path` in it resolved, whether it is a tag or, as the CLI writes it, a string. */
const readYaml = (file: string): unknown => {
  if (!existsSync(file)) return undefined;
  const tag = { tag: '!include', resolve: (path: string) => `!include ${path}` };
  return include(parseYaml(readFileSync(file, 'utf8'), { customTags: [tag] }), dirname(file));
};

const include = (value: unknown, directory: string): unknown => {
  if (typeof value === 'string' && value.startsWith('!include '))
    return readYaml(join(directory, value.slice('!include '.length)));
  if (Array.isArray(value)) return value.map((entry) => include(entry, directory));
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, include(entry, directory)]));
};
