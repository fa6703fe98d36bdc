import { readFileSync } from 'node:fs';
import { sayStarted } from './listening.ts';
import { type LoadOrder, Run } from './load-run.ts';
import type { LoadUser } from './posts.ts';

/*
 * The load generator, a process of its own: takes the file with the users as its argument, and orders over IPC.
 */

const users = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as LoadUser[];

const carryOut = async (order: LoadOrder): Promise<void> => {
  const run = new Run(order, users);
  await (order.perSecond === undefined ? run.closed() : run.paced(order.perSecond));
  process.send?.(run.report());
};

process.on('message', (order: LoadOrder) => void carryOut(order));
sayStarted('');
