import type { Flow } from '../../domain/flows/flow.ts';
import { ENROLLMENT } from '../enrollment/enrollment.ts';
import type { FlowInput } from '../input.ts';
import { RESET } from '../reset/reset.ts';
import { UNLOCK } from '../unlock/unlock.ts';
import type { Verb } from '../flow/table.ts';

/** The handler of the input at the flow's step; undefined where its card takes no such input. */
export function verbOf(flow: Flow, input: FlowInput['type']): Verb<Flow> | undefined {
  switch (flow.purpose) {
    case 'enrollment':
      return ENROLLMENT[flow.state.step][input];
    case 'reset':
      return RESET[flow.state.step][input];
    case 'unlock':
      return UNLOCK[flow.state.step][input];
  }
}
