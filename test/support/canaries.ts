import pg from 'pg';

/** Every row of every table of Herald's: as JSON, and bytes as the text that they would be if they were one. */
export const dumpDatabase = async (url: string): Promise<string> => {
  const client = new pg.Client(url);
  await client.connect();
  const { rows: tables } = await client.query<{ name: string }>(
    `select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname like 'herald%'`,
  );
  const rows: string[] = [];
  for (const { name } of tables) {
    const { rows: found } = await client.query<Record<string, unknown>>(`select * from ${name}`);
    for (const row of found) {
      rows.push(JSON.stringify(row));
      for (const value of Object.values(row)) if (Buffer.isBuffer(value)) rows.push(value.toString('latin1'));
    }
  }
  await client.end();
  return rows.join('\n');
};

/** X's credentials of every user of a sandbox, as they are now. */
export const tokensOfX = async (sandboxUrl: string): Promise<string[]> => {
  const users = (await (await fetch(`${sandboxUrl}/_sandbox/users`)).json()) as {
    access_token: string;
    access_token_secret: string;
  }[];
  return users.flatMap((user) => [user.access_token, user.access_token_secret]);
};

/** Throws when one of `secrets` stands in one of `places`, naming the place and never the secret. */
export const assertNowhere = (secrets: readonly string[], places: Readonly<Record<string, string>>): void => {
  for (const [place, text] of Object.entries(places)) {
    if (secrets.some((secret) => text.includes(secret)))
      throw new Error(`A credential of X stands in clear in ${place}.`);
  }
};
