import { readdirSync, readFileSync } from 'node:fs';

/** Linux counts processor time for others in hundredths of a second, whatever the kernel was built with (proc(5)). */
const MS_PER_TICK = 10;

/** User and system time of a Postgres server: its first process, those that it runs, and those that have ended. */
export const postgresCpuMs = (pidFile: string): number | undefined => {
  if (process.platform !== 'linux') return undefined;
  const postmaster = Number(readFileSync(pidFile, 'utf8').split('\n', 1)[0]);
  let ticks = 0;
  for (const name of readdirSync('/proc')) {
    const stat = /^\d+$/.test(name) ? readStat(Number(name)) : undefined;
    if (stat?.pid === postmaster) ticks += stat.own + stat.ended;
    if (stat?.parent === postmaster) ticks += stat.own;
  }
  return ticks * MS_PER_TICK;
};

interface Stat {
  readonly pid: number;
  readonly parent: number;
  /** Ticks of the process, and of its children that have ended. */
  readonly own: number;
  readonly ended: number;
}

/** Fields 4 and 14 to 17 of /proc/[pid]/stat, counted after the name, which may hold anything (proc(5)). */
const readStat = (pid: number): Stat | undefined => {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = text
      .slice(text.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number);
    const [parent = 0, user = 0, system = 0, endedUser = 0, endedSystem = 0] = [1, 11, 12, 13, 14].map(
      (index) => fields[index],
    );
    return { pid, parent, own: user + system, ended: endedUser + endedSystem };
  } catch {
    return undefined; // It has ended meanwhile.
  }
};
