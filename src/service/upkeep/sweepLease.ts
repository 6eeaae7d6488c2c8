import type { StoreTransaction } from '../../ports/store/store.ts';
import type { SweepDeps } from '../deps.ts';
import { again } from '../waiting/waiting.ts';

const NAME = 'sweep';
/** How long a dead instance keeps the others from sweeping. */
const LEASE_MS = 10_000;
const BEAT_MS = 2_500;

/** The right to sweep, which one instance has at a time. */
export interface SweepLease {
  /** Keeps the lease as part of a transaction. @throws Error where another instance has it now. */
  keep(tx: StoreTransaction): Promise<void>;
  /** Aborts when the lease is lost or the bot stops. */
  readonly signal: AbortSignal;
}

/** How an administrator runs a command. */
export interface SweepOptions {
  readonly isDryRun: boolean;
  /** Due accounts looked at so far, and all of them. */
  readonly onProgress?: (done: number, total: number) => void;
  /** Runs before the first card goes out; not where none may. */
  readonly onBegin?: () => Promise<void>;
}

/** When a command ran: in the sending hours or outside, and whether it was to send at all. */
export interface RunByHand {
  readonly window: 'open' | 'closed';
  readonly dryRun: boolean;
}

/**
 * Runs work for an administrator, at once. Outside the sending hours and as a dry run it gets no lease, for
 * then it sends and changes nothing; undefined where another instance is sweeping.
 */
export async function byHand<T>(
  deps: SweepDeps,
  { isDryRun, isSweep }: { readonly isDryRun: boolean; readonly isSweep: boolean },
  signal: AbortSignal,
  work: (run: RunByHand, lease: SweepLease | undefined, signal: AbortSignal) => Promise<T>,
): Promise<T | undefined> {
  const now = await deps.store.transaction((tx) => Promise.resolve(tx.now));
  const window = deps.settings.rotation.calendar.isSending(now) ? 'open' : 'closed';
  const run = { window, dryRun: isDryRun } as const;
  if (isDryRun || window === 'closed') return work(run, undefined, signal);
  return withSweepLease(deps, { everyMs: 0, isSweep }, signal, (lease) =>
    work(run, lease, lease.signal),
  );
}

/**
 * Runs `work` under the lease and gives its result; undefined where another instance sweeps, or the last
 * sweep was done less than `everyMs` ago. A sweep that throws or is stopped is not recorded as done, nor is
 * other work under the lease, with `isSweep` false.
 */
export async function withSweepLease<T>(
  deps: SweepDeps,
  { everyMs, isSweep = true }: { readonly everyMs: number; readonly isSweep?: boolean },
  signal: AbortSignal,
  work: (lease: SweepLease) => Promise<T>,
): Promise<T | undefined> {
  const holder = deps.random.id();
  const request = { name: NAME, holder, leaseMs: LEASE_MS, everyMs };
  if (!(await deps.store.transaction((tx) => tx.takeLease(request)))) return undefined;

  const ended = new AbortController();
  const lost = new AbortController();
  const beating = again(deps.delay, { first: BEAT_MS }, ended.signal, async () => {
    // A short failure of the database does not lose the lease: another instance that took it meanwhile is
    // noticed.
    const isKept = await deps.store.transaction((tx) => tx.takeLease(request)).catch(() => true);
    if (!isKept) lost.abort();
    return isKept ? undefined : 'lost';
  });
  const stopped = AbortSignal.any([signal, lost.signal]);
  let isDone = false;
  try {
    const result = await work({
      signal: stopped,
      async keep(tx) {
        if (!(await tx.takeLease(request))) throw new Error('another instance sweeps');
      },
    });
    isDone = isSweep && !stopped.aborted;
    return result;
  } finally {
    ended.abort();
    await beating;
    await deps.store.transaction((tx) => tx.endLease({ name: NAME, holder, isDone }));
  }
}
