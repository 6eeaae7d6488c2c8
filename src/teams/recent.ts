/** Values seen lately, by key; forgets by age and, where there are too many, the oldest. */
export interface Recent<T> {
  get(key: string): T | undefined;
  set(key: string, value: T): void;
}

export function createRecent<T>(
  { ttlMs, max }: { readonly ttlMs: number; readonly max: number },
  clock: () => number,
): Recent<T> {
  const entries = new Map<string, { readonly value: T; readonly at: number }>();

  function forgetOld(): void {
    for (const [key, { at }] of entries) {
      if (entries.size <= max && clock() - at < ttlMs) return;
      entries.delete(key);
    }
  }

  return {
    get(key) {
      forgetOld();
      return entries.get(key)?.value;
    },
    set(key, value) {
      entries.delete(key);
      entries.set(key, { value, at: clock() });
      forgetOld();
    },
  };
}

/**
 * Whether that many ms have passed since a time, both epoch ms. True where that time lies ahead: the clock
 * was set back, and waiting for it to catch up could take hours.
 */
export function hasElapsed(ms: number, since: number, now: number): boolean {
  return now < since || now - since >= ms;
}
