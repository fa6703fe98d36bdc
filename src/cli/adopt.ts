import { type Call, type Command, Usage } from './command.ts';
import { withLedger } from './with-ledger.ts';

export const adopt: Command = {
  name: 'adopt',
  summary:
    'Makes this database the one of a public URL. A Herald with another public URL sends nothing from it, so that a copy of a database never posts a second time.',
  options: {
    'public-url': { value: 'URL', about: 'Where Herald is reached; HERALD_PUBLIC_URL unless given.' },
  },
  run: (call) => {
    const given = readOrigin(call);
    return withLedger(call.environment, async (ledger, { config }) => {
      const publicUrl = given ?? config.ledger.publicUrl;
      if (publicUrl === undefined) throw new Usage('herald adopt needs --public-url, or HERALD_PUBLIC_URL.');
      await ledger.adopt(publicUrl);
      return {
        json: { publicUrl },
        lines: [`This database belongs to ${publicUrl} now.`],
        next: [
          `A Herald with HERALD_PUBLIC_URL=${publicUrl} sends from it at once; one with another URL does not.`,
          'Look at what is due: herald status',
        ],
      };
    });
  },
};

const readOrigin = (call: Call): string | undefined => {
  const text = call.text('public-url');
  if (text === undefined) return undefined;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isOrigin = url !== undefined && /^https?:$/.test(url.protocol) && url.href === `${url.origin}/`;
  if (!isOrigin)
    throw new Usage('--public-url is an origin such as https://herald.example.com, without a path.');
  return url.origin;
};
