/** An outside system, as /readyz names it. */
type SystemName = 'directory' | 'sms';

/** Which outside systems failed last: each from its first failed operation until its next good one. */
export interface Health {
  note(system: SystemName, isGood: boolean): void;
  degraded(): SystemName[];
}

export function createHealth(): Health {
  const failing = new Set<SystemName>();
  return {
    note(system, isGood) {
      if (isGood) failing.delete(system);
      else failing.add(system);
    },
    degraded: () => [...failing].sort(),
  };
}
