import type { View } from '../../src/ports/view.ts';

/** Monday 2026-11-23 14:31:30 in Stockholm. */
export const NOW = Date.parse('2026-11-23T13:31:30Z');

export const MASKED = '+46 ••• •• •• 67';
export const FLOW = { handle: 'flow-handle', accountName: 'hemvardsgruppen' } as const;
export interface Sample {
  readonly name: string;
  readonly view: View;
  /** The contract's verbs of the card as this view shows it. */
  readonly verbs: readonly string[];
}

export function sample(view: View, verbs: readonly string[], detail?: string): Sample {
  return { name: detail === undefined ? view.card : `${view.card}: ${detail}`, view, verbs };
}
