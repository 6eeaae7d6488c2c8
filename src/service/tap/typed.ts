import type { Flow } from '../../domain/flows/flow.ts';
import { isPast } from '../../domain/flows/lifetime.ts';
import { readPasscode } from '../../domain/flows/passcode.ts';
import { Secret } from '../../domain/secret.ts';
import { advanceEnrollment, advanceReset, changeFlow } from '../flow/flows.ts';
import { flowHandle } from './handles.ts';
import type { FlowInput } from '../input.ts';
import { showFlow, showHome, type Reply, type Tap } from './tap.ts';

/**
 * A chat message that is no command: a code where exactly one flow waits for one; in a password step
 * the advice to delete it, for it may be a password; else home. The text itself is kept nowhere. `takeOnCard`
 * takes the code as the flow's card would; it is handed in, since the page of a submission imports far more.
 */
export async function takeText(
  tap: Tap,
  text: Secret,
  takeOnCard: (tap: Tap, input: FlowInput) => Promise<Reply>,
): Promise<Reply> {
  const { deps, person } = tap;
  const flows = await deps.store.read(async (reads) =>
    (await reads.openFlows(person.key)).filter((flow) => !isPast(flow, reads.now)),
  );
  const code = readPasscode(text.reveal(), deps.settings.codeLength);
  const waiting = flows.filter(({ state }) => state.step === 'code' || state.step === 'oldCode');
  const [flow, ...others] = waiting;
  if (code !== undefined && flow !== undefined && others.length === 0) {
    const type = flow.state.step === 'oldCode' ? 'confirmOldCode' : 'confirmCode';
    const input = { type, handle: flowHandle(flow), code: new Secret(code) } as const;
    return deps.exclusive(flow.id, async () => {
      const named = await deps.store.read((reads) => reads.flow(flow.id));
      return takeOnCard({ ...tap, named }, input);
    });
  }
  for (const open of flows) {
    const advised = await adviseDeletion(tap, open);
    if (advised !== undefined) return showFlow(tap, advised);
  }
  return showHome(tap);
}

async function adviseDeletion(tap: Tap, flow: Flow): Promise<Flow | undefined> {
  return changeFlow(tap.deps, flow, async (tx, current) => {
    const event = { type: 'passwordTypedInChat' } as const;
    if (current.purpose === 'enrollment' && current.state.step === 'currentPassword') {
      return advanceEnrollment(tx, current, event, 'sameDraw');
    }
    if (current.purpose === 'reset' && current.state.step === 'newPassword') {
      return advanceReset(tx, current, event, 'sameDraw');
    }
    return undefined;
  });
}
