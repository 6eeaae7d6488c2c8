import type { Fault as DirectoryFault } from '../../demo/directory/fault.ts';
import type { Fault } from '../support/faults.ts';

/** One row: a tap that the directory is lost for, in whatever way. */
interface Row {
  readonly at: string;
  /** The card meanwhile, and that of the same tap when the directory is back. */
  readonly shows: string;
  readonly goesOn: string;
}

const onCard = { shows: 'desk.account directoryUnavailable', goesOn: 'desk.account' };

/** The taps of an agent, and of the manager whom they ask. */
export const DESK_STEPS = {
  find: { at: 'finding an account', shows: 'refused directoryUnavailable', goesOn: 'desk' },
  open: { at: 'opening it', ...onCard },
  ask: { at: 'asking a manager', ...onCard },
  answer: {
    at: 'the manager’s answer',
    shows: 'caller directoryUnavailable',
    goesOn: 'caller.done',
  },
  vouch: { at: 'vouching', ...onCard },
  revoke: { at: 'taking a number', ...onCard },
} satisfies Readonly<Record<string, Row>>;
export type DeskStep = keyof typeof DESK_STEPS;

/** How the directory is lost. */
export const DIRECTORY_OUTAGES: Readonly<Record<string, DirectoryFault>> = {
  refused: 'drop',
  'server error': [52, '00002024: LdapErr: DSID-0C0904A4, problem 5002 (UNAVAILABLE)'],
  'black hole': 'hang',
  'slow (20 s)': { delayMs: 20_000 },
};

/** How the connector is lost while a question is posted; `comes`: the manager sees it all the same. */
export const CONNECTOR_OUTAGES: Readonly<
  Record<string, { readonly fault: Fault; readonly comes: boolean; readonly shows: string }>
> = {
  'bot removed': { fault: { status: 403 }, comes: false, shows: 'desk.account callerNotReached' },
  'too many': { fault: { status: 429 }, comes: false, shows: 'desk.account callerNotReached' },
  'server error': { fault: { status: 502 }, comes: false, shows: 'desk.account' },
  'cut before it came': { fault: 'cut', comes: false, shows: 'desk.account' },
  'cut in mid-answer': { fault: 'cutAfter', comes: true, shows: 'desk.account' },
  'black hole': { fault: 'hang', comes: false, shows: 'desk.account' },
};
