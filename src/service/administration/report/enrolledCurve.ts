/** One row of the audit, as far as the report reads it. */
export interface AuditLine {
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly event: string;
  readonly actor: string;
  readonly account: string | null;
  readonly result: string;
  readonly reason: string | null;
  readonly flow: string | null;
}

/** Room for the managers in a number that names an account, its epoch and a manager. */
const MANAGERS = 2 ** 20;
const EPOCHS = 2 ** 10;

/**
 * How many accounts had an enrolled number at the end of each day, by the audit from its first row on. In
 * numbers, not in texts: the audit of a hundred thousand accounts would fill the memory.
 */
export function createEnrolledCurve(days: readonly string[], accounts: number) {
  const numbers = new Uint16Array(accounts);
  /** How often the account has lost its last number: what was before is over then. */
  const epochs = new Uint16Array(accounts);
  const managers = new Map<string, number>();
  const enrolledNow = new Set<number>();
  const curve = new Map<string, number>();
  let enrolled = 0;
  let next = 0;

  function pairOf(account: number, manager: string): number {
    const known = managers.get(manager) ?? managers.size;
    managers.set(manager, known);
    return (account * EPOCHS + ((epochs[account] ?? 0) % EPOCHS)) * MANAGERS + known;
  }

  function complete(account: number, manager: string): void {
    const pair = pairOf(account, manager);
    // Otherwise it is another number of the same manager.
    if (enrolledNow.has(pair)) return;
    enrolledNow.add(pair);
    const count = (numbers[account] ?? 0) + 1;
    numbers[account] = count;
    if (count === 1) enrolled += 1;
  }

  /** A sweep's revoke, and one of all numbers, do not say whose each number was. */
  function revoke(account: number, whose: string | null): void {
    const count = (numbers[account] ?? 0) - 1;
    if (count < 0) return;
    numbers[account] = count;
    if (whose !== null && managers.has(whose)) enrolledNow.delete(pairOf(account, whose));
    if (count > 0) return;
    enrolled -= 1;
    epochs[account] = (epochs[account] ?? 0) + 1;
  }

  /** Closes the days before that one. */
  function reach(day: string | undefined): void {
    for (let open = days[next]; open !== undefined && (day ?? '~') > open; open = days[next]) {
      curve.set(open, enrolled);
      next += 1;
    }
  }

  return {
    reach,
    take({ event, actor, reason }: AuditLine, account: number): void {
      if (event === 'enrollment.completed') complete(account, actor);
      if (event === 'enrollment.revoked') revoke(account, reason);
    },
    end(): ReadonlyMap<string, number> {
      reach(undefined);
      return curve;
    },
  };
}
