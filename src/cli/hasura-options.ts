import { type Choice, doors, MetadataProblem } from '../hasura/index.ts';
import { type Call, type Options, Refusal, Usage } from './command.ts';

export const choiceOptions: Options = {
  door: {
    value: 'DOOR',
    about:
      'actions; remote-schema instead of them; or both, the remote schema in the namespace herald. actions unless given.',
  },
  roles: {
    value: 'ROLES',
    about: 'Who gets permissions, separated by commas; user unless given. HERALD_ROLES has to list them too.',
  },
  source: {
    value: 'NAME',
    about: "The engine's source whose database has the schema herald; default unless given.",
  },
};

/** What `--door`, `--roles` and `--source` say. */
export const readChoice = (call: Call): Choice => {
  const door = doors.find((known) => known === (call.text('door') ?? 'actions'));
  if (door === undefined) throw new Usage(`--door knows ${doors.join(', ')}.`);
  const source = call.text('source') ?? 'default';
  if (source.trim() === '') throw new Usage('--source is the name of a source.');
  return { door, roles: readRoles(call.text('roles') ?? 'user'), source };
};

const readRoles = (text: string): string[] => {
  const roles = [...new Set(text.split(',').map((role) => role.trim()))];
  if (roles.some((role) => !/^[\w-]+$/.test(role)))
    throw new Usage('--roles are names, separated by commas.');
  if (roles.includes('admin'))
    throw new Usage('--roles takes no admin: the admin may everything, and Herald refuses the role.');
  return roles;
};

/** What the room throws, as the command line reports it. */
export const refusing = async <Value>(work: () => Value | Promise<Value>): Promise<Value> => {
  try {
    return await work();
  } catch (error) {
    throw error instanceof MetadataProblem ? new Refusal(error.message, ...error.next) : error;
  }
};
