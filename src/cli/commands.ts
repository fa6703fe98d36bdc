import { adopt } from './adopt.ts';
import type { Command } from './command.ts';
import { pause } from './pause.ts';
import { postsCancel } from './posts-cancel.ts';
import { postsList } from './posts-list.ts';
import { postsResolve } from './posts-resolve.ts';
import { postsRetry } from './posts-retry.ts';
import { postsShow } from './posts-show.ts';
import { recover } from './recover.ts';
import { resume } from './resume.ts';
import { seal } from './seal.ts';
import { status } from './status.ts';

/** Every command there is, in the order of `herald --help`. */
export const commands: readonly Command[] = [
  status,
  postsList,
  postsShow,
  postsResolve,
  postsCancel,
  postsRetry,
  pause,
  resume,
  recover,
  adopt,
  seal,
];
