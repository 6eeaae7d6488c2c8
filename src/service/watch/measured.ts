import type { MeasuredSystem, Metrics } from '../../ports/metrics.ts';

/** Runs a call and notes how long it took and how it ended. `faultOf` names an exception. */
export async function measured<T>(
  metrics: Metrics,
  system: MeasuredSystem,
  operation: string,
  call: () => Promise<T>,
  faultOf: (error: unknown) => string,
): Promise<T> {
  const began = performance.now();
  const end = (fault?: string): void => {
    const seconds = (performance.now() - began) / 1000;
    metrics.operationEnded({ system, operation, seconds, fault });
  };
  try {
    const result = await call();
    end();
    return result;
  } catch (error) {
    end(faultOf(error));
    throw error;
  }
}
