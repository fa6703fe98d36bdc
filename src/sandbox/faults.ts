/** What can be told to go wrong; each does what its name says. */
export const FAULT_KINDS = [
  'drop-before-accept',
  'drop-after-accept',
  'hang',
  'hang-after-accept',
  '503',
  '503-after-accept',
  '500-after-accept',
  'html-503',
  '429',
  '429-day-only',
  '402',
  '403-duplicate',
  '401',
  '403-oauth1-permissions',
  '403-parent-not-visible',
  '403-reply',
  '403-quote',
  '403-not-permitted',
  '404',
  'truncate-201',
  'empty-201',
  'corrupt-gzip-201',
  'slow-drip',
  'timeline-lag',
  'media-processing',
  'media-stuck',
  'media-failed',
] as const;

export type FaultKind = (typeof FAULT_KINDS)[number];

/** A fault as it is ordered: it lets `after` matching requests pass, then fires `times` times. */
export interface Fault {
  readonly kind: FaultKind;
  /** Absent: every method. */
  readonly method: string | undefined;
  /** The path, where `*` stands for anything. */
  readonly path: string;
  /** Whose requests it meets, by username; absent: everybody's. */
  readonly user: string | undefined;
  readonly times: number;
  readonly after: number;
  /** How long, where that applies. */
  readonly ms: number | undefined;
}

/** These let the request be done and spoil only its answer. A request that X refuses gets X's refusal, unspoiled. */
const AFTER_ACCEPT: ReadonlySet<FaultKind> = new Set([
  'drop-after-accept',
  'hang-after-accept',
  '503-after-accept',
  '500-after-accept',
  'truncate-201',
  'empty-201',
  'corrupt-gzip-201',
  'slow-drip',
  'timeline-lag',
  'media-processing',
  'media-stuck',
  'media-failed',
]);

export const isAfterAccept = (kind: FaultKind): boolean => AFTER_ACCEPT.has(kind);

const TIMELINE = /^\/2\/users\/\d+\/tweets$/;
const FINALIZE = /^\/2\/media\/upload\/\d+\/finalize$/;

/** The faults that change what X does rather than what it answers, and the only requests that they meet. */
const ONLY_AT: Partial<Record<FaultKind, RegExp>> = {
  'timeline-lag': TIMELINE,
  'media-processing': FINALIZE,
  'media-stuck': FINALIZE,
  'media-failed': FINALIZE,
};

/** A fault that is due for a request; `use` counts it as fired. */
export interface DueFault {
  readonly kind: FaultKind;
  readonly ms: number | undefined;
  use(): void;
}

/** What a fault can tell requests apart by. */
interface FaultyRequest {
  readonly method: string;
  readonly path: string;
  /** The username of who signed it; undefined without one. */
  readonly user: string | undefined;
}

export interface Faults {
  add(fault: Fault): void;
  clear(): void;
  /** Those that still have something to do, in the order in which they came. */
  pending(): Fault[];
  /** The fault due for this request, if any. Looking is what counts down `after`. */
  due(request: FaultyRequest): DueFault | undefined;
}

/** The faults in force: the first that matches and is due takes the request. */
export function makeFaults(): Faults {
  let armed: (Fault & { times: number; after: number })[] = [];
  return {
    add: (fault) => void armed.push({ ...fault }),
    clear: () => {
      armed = [];
    },
    pending: () => armed.map((fault) => ({ ...fault })),
    due(request) {
      for (const fault of armed) {
        if (!matches(fault, request)) continue;
        if (fault.after === 0) return { kind: fault.kind, ms: fault.ms, use: () => use(fault) };
        fault.after -= 1;
      }
      return undefined;
    },
  };

  function use(fault: Fault & { times: number }): void {
    fault.times -= 1;
    if (fault.times === 0) armed = armed.filter((other) => other !== fault);
  }
}

function matches(fault: Fault, { method, path, user }: FaultyRequest): boolean {
  if (fault.method !== undefined && fault.method !== method) return false;
  if (fault.user !== undefined && fault.user !== user) return false;
  if (ONLY_AT[fault.kind]?.test(path) === false) return false;
  return pattern(fault.path).test(path);
}

/** `*` stands for anything, everything else for itself. */
function pattern(path: string): RegExp {
  const literal = path.split('*').map((part) => part.replace(/[\\^$.|?+()[\]{}]/g, '\\$&'));
  return new RegExp(`^${literal.join('.*')}$`);
}
