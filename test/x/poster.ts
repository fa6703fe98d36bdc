import { clientOf, credentials } from './x-client.ts';

/** A process of its own that posts to the address in its first argument as often as its second says, two at a time. */
const [address = '', times = '0'] = process.argv.slice(2);
const { x } = clientOf({ url: new URL(address), ca: undefined }, { deadlineMs: 5_000 });
const kinds: Record<string, number> = {};
for (let n = 0; n < Number(times); n += 2) {
  const post = () => x.createTweet(credentials, { text: 'hello' });
  for (const { kind } of await Promise.all([post(), post()])) kinds[kind] = (kinds[kind] ?? 0) + 1;
}
x.close();
process.stdout.write(JSON.stringify(kinds));
