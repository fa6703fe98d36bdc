import type pg from 'pg';

/** The schema `herald` as text, from the catalog: the same for every server version. */
export const dumpSchema = async (client: pg.Client): Promise<string> => {
  // So that every name is written with its schema.
  await client.query(`set search_path = ''`);
  const sections: string[] = [];
  for (const [title, sql] of Object.entries(queries)) {
    const { rows } = await client.query<{ line: string }>(sql);
    sections.push([`-- ${title}`, ...rows.map(({ line }) => line)].join('\n'));
  }
  return `${sections.join('\n\n')}\n`;
};

const ofHerald = `join pg_namespace n on n.oid = c.relnamespace and n.nspname = 'herald'`;

const queries = {
  columns: `
    select format('%s.%s %s%s%s', c.relname, a.attname, format_type(a.atttypid, a.atttypmod),
      case when a.attnotnull then ' not null' else '' end,
      case when a.attgenerated = 's' then ' generated ' || pg_get_expr(d.adbin, d.adrelid)
        when d.oid is not null then ' default ' || pg_get_expr(d.adbin, d.adrelid) else '' end) as line
    from pg_attribute a join pg_class c on c.oid = a.attrelid ${ofHerald}
      left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
    where c.relkind = 'r' and a.attnum > 0 and not a.attisdropped
    order by c.relname, a.attnum`,
  options: `
    select format('%s (%s)', c.relname, array_to_string(c.reloptions, ', ')) as line
    from pg_class c ${ofHerald} where c.reloptions is not null order by 1`,
  // Since PostgreSQL 18 "not null" is a constraint too; it is among the columns.
  constraints: `
    select format('%s %s %s', c.relname, k.conname, pg_get_constraintdef(k.oid)) as line
    from pg_constraint k join pg_class c on c.oid = k.conrelid ${ofHerald} where k.contype <> 'n' order by 1`,
  indexes: `select indexdef as line from pg_indexes where schemaname = 'herald' order by indexname`,
  sequences: `
    select format('%s %s', sequencename, data_type) as line from pg_sequences where schemaname = 'herald' order by 1`,
  functions: `
    select pg_get_functiondef(p.oid) as line
    from pg_proc p join pg_namespace n on n.oid = p.pronamespace where n.nspname = 'herald' order by p.proname`,
  triggers: `
    select pg_get_triggerdef(t.oid) as line
    from pg_trigger t join pg_class c on c.oid = t.tgrelid ${ofHerald} where not t.tgisinternal order by 1`,
  'what herald_read may read': `
    select format('%s.%s', table_name, column_name) as line from information_schema.column_privileges
    where grantee = 'herald_read' and table_schema = 'herald' and privilege_type = 'SELECT' order by 1`,
  'what herald_events may do': `
    select format('%s %s', lower(privilege_type), table_name) as line from information_schema.role_table_grants
    where grantee = 'herald_events' and table_schema = 'herald'
    union all
    select format('insert %s.%s', table_name, column_name) from information_schema.column_privileges
    where grantee = 'herald_events' and table_schema = 'herald' and privilege_type = 'INSERT'
    order by 1`,
};
