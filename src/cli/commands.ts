import { accountsLimit } from './accounts-limit.ts';
import { accountsList } from './accounts-list.ts';
import { accountsRevoke } from './accounts-revoke.ts';
import { adopt } from './adopt.ts';
import { budgetClear } from './budget-clear.ts';
import { budgetList } from './budget-list.ts';
import { budgetSet } from './budget-set.ts';
import type { Command } from './command.ts';
import { doctor } from './doctor/doctor.ts';
import { hasuraApply } from './hasura-apply.ts';
import { hasuraSync } from './hasura-sync.ts';
import { init } from './init.ts';
import { keysGenerate } from './keys/generate.ts';
import { keysList } from './keys/list.ts';
import { keysPublic } from './keys/public.ts';
import { keysRetire } from './keys/retire.ts';
import { keysRotate } from './keys/rotate.ts';
import { open } from './open.ts';
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
import { tokenVerify } from './token/verify.ts';

/** Every command there is, in the order of `herald --help`. */
export const commands: readonly Command[] = [
  init,
  doctor,
  status,
  postsList,
  postsShow,
  postsResolve,
  postsCancel,
  postsRetry,
  accountsList,
  accountsLimit,
  accountsRevoke,
  budgetList,
  budgetSet,
  budgetClear,
  pause,
  resume,
  recover,
  adopt,
  keysGenerate,
  keysList,
  keysRotate,
  keysRetire,
  keysPublic,
  seal,
  open,
  tokenVerify,
  hasuraSync,
  hasuraApply,
];
