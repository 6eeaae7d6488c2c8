import type { View } from '../ports/view.ts';
import { withDeadline } from '../ports/deadline.ts';
import { DirectoryError, StoreError } from '../ports/errors.ts';
import { readStart } from './tap/begin.ts';
import type { Flow } from '../domain/flows/flow.ts';
import { isSamePerson } from '../domain/parties.ts';
import { leftByLaterTap } from './flow/flows.ts';
import { viewOf } from './flow/views.ts';
import { cancelAll, cancelCard } from './tap/cancel.ts';
import { refresh } from './tap/refresh.ts';
import { takeOnCard } from './tap/submit.ts';
import { takeText } from './tap/typed.ts';
import type { Deps } from './deps.ts';
import { answerCaller } from './desk/answer.ts';
import { takeFromAgent } from './desk/desk.ts';
import { isLookId, readFlowHandle } from './tap/handles.ts';
import { changeManager } from './people/managers.ts';
import type { Answer, Input, Person, Turns } from './input.ts';
import { directoryReason, nothingSeen, tellFault } from './directoryFault.ts';
import { meet } from './people/identity.ts';
import { answerInvitation, answerReminder, undoNotNeeded } from './reminders/snoozeAndSilence.ts';
import { showOpenCards } from './chat/showCard.ts';
import { createSmsReports } from './notices/smsReports.ts';
import { startByWord, startFromButton } from './tap/starts.ts';
import { denyTap, showHome, type Reply, type Tap } from './tap/tap.ts';
import { within } from './waiting/waiting.ts';

const OPEN_CARDS_MS = 1_000;
/** A failure is not held up longer by a slow database, ms. */
const LATER_CARD_MS = 1_000;
/** A person who asks for help does not wait longer for a slow directory, ms. */
const HELP_LOOK_MS = 2_000;

/** The use cases over the given parts. */
export function createTurns(deps: Deps): Turns {
  return {
    take: (person, input, signal) => take(deps, person, input, signal),
    cardShown: (flowId, messageId) =>
      deps.store.transaction((tx) =>
        isLookId(flowId)
          ? tx.setLookMessage(flowId, messageId)
          : tx.setFlowMessage(flowId, messageId),
      ),
    met: async (person, isReachable) => {
      const known = await deps.store.read((reads) => reads.manager(person.key));
      await meet(deps, person, isReachable, known);
    },
    localeOf: async (key) => {
      const record = await deps.store.read((reads) => reads.manager(key));
      return record?.locale ?? deps.settings.defaultLocale;
    },
    smsReported: createSmsReports(deps),
  };
}

/** The one boundary of the use cases: any failure below becomes a card, and the log gets the cause. */
async function take(
  deps: Deps,
  person: Person,
  input: Input,
  signal: AbortSignal,
): Promise<Answer> {
  let locale = deps.settings.defaultLocale;
  const flowId = 'handle' in input ? readFlowHandle(input.handle)?.flowId : undefined;
  let tap: Tap | undefined;

  async function answer(): Promise<Answer> {
    // Both at once: the round trip to the database is the cost.
    const [known, named] = await deps.store.read((reads) =>
      Promise.all([
        reads.manager(person.key),
        flowId === undefined ? undefined : reads.flow(flowId),
      ]),
    );
    const record = await meet(deps, person, true, known);
    locale = record.locale ?? locale;
    if (input.type === 'language') locale = input.locale ?? (locale === 'sv' ? 'en' : 'sv');
    tap = { deps, person, record, locale, signal, named };
    return { ...(await reply(tap, input)), locale };
  }

  try {
    // After the earlier taps on the same flow: each finds it as the last one left it.
    return await (flowId === undefined ? answer() : deps.exclusive(flowId, answer));
  } catch (error) {
    const view = refuseFailure(deps, error);
    // After a fault of the bot's own the manager sees the reference.
    const isExpected = error instanceof DirectoryError || error instanceof StoreError;
    const later =
      isExpected && tap ? await within(LATER_CARD_MS, laterCard(tap, input)) : undefined;
    return { ...(later ?? { view }), locale };
  }
}

/**
 * The card of a tap on the same card that another instance took meanwhile; undefined where none did, or the store
 * is away.
 */
async function laterCard(tap: Tap, input: Input): Promise<Reply | undefined> {
  const flow = await laterFlow(tap, input).catch(() => undefined);
  const view = flow && viewOf(flow, tap.deps.store.now());
  return view && { view, flow: { id: flow.id, messageId: flow.messageId } };
}

async function laterFlow(tap: Tap, input: Input): Promise<Flow | undefined> {
  const { deps, person, named } = tap;
  if (input.type === 'begin') {
    const { purpose, handle } = input;
    return handle === undefined ? undefined : (await readStart(tap, purpose, handle))?.before;
  }
  const isOwn = named !== undefined && isSamePerson(named.manager, person.key);
  return isOwn ? leftByLaterTap(deps, named) : undefined;
}

/** Cards that are waited on change with the language; a slow channel does not hold up the answer. */
async function chooseLocale({ deps, person, locale }: Tap): Promise<void> {
  await changeManager(deps, { key: person.key }, (record) =>
    record.locale === locale ? record : { ...record, locale },
  );
  const shown = showOpenCards(deps, person.key).catch((error: unknown) => {
    deps.log.warn({ err: error }, 'open cards keep their former language');
  });
  await within(OPEN_CARDS_MS, shown);
}

/** The words that work: an agent's where the directory says in time that the person is one, a manager's else. */
async function showHelp({ deps, person, record, signal }: Tap): Promise<Reply> {
  const { denials, directory, settings } = deps;
  const isAsked = settings.desk.isOpen && !denials.isKnown(person.key);
  const id = isAsked ? record.directoryId : undefined;
  const standing =
    id === undefined
      ? undefined
      : await withDeadline(HELP_LOOK_MS, signal, (deadline) =>
          directory.standingOf({ id }, deadline).catch(nothingSeen),
        );
  const isAgent = standing?.isAgent === true;
  if (standing?.accounts.length === 0 && !isAgent) denials.foundNothing(person.key);
  return {
    view: { card: 'help', isAgent, isManager: !isAgent || standing.accounts.length > 0 },
  };
}

function refuseFailure(deps: Deps, error: unknown): View {
  const reference = deps.random.reference();
  if (error instanceof DirectoryError) {
    deps.log.warn({ reference, code: error.code }, 'a tap ended without the directory');
    tellFault(deps, error);
    return { card: 'refused', problem: { reason: directoryReason(error), reference } };
  }
  if (error instanceof StoreError && error.code === 'busy') {
    deps.log.warn({ reference, fault: error.message }, 'a tap ended for want of time');
    const problem = { reason: 'temporarilyUnavailable', isCrowded: true, reference } as const;
    return { card: 'refused', problem };
  }
  deps.log.error({ reference, err: error }, 'a tap failed');
  return { card: 'refused', problem: { reason: 'temporarilyUnavailable', reference } };
}

async function reply(tap: Tap, input: Input): Promise<Reply> {
  if (tap.person.roster.status === 'notAllowed') {
    tap.deps.denials.foundNothing(tap.person.key);
    return denyTap(tap);
  }
  switch (input.type) {
    case 'home':
      return showHome(tap, { from: input.from, isWelcome: input.isWelcome });
    case 'help':
      return showHelp(tap);
    case 'language':
      await chooseLocale(tap);
      return showHome(tap);
    case 'begin':
      return input.handle === undefined
        ? startByWord(tap, input.purpose)
        : startFromButton(tap, input.purpose, input.handle);
    case 'cancel':
      return input.handle === undefined ? cancelAll(tap) : cancelCard(tap, input.handle);
    case 'refresh':
      return refresh(tap, input.handle);
    case 'desk':
    case 'deskFind':
    case 'deskOpen':
    case 'deskConfirm':
    case 'deskVouch':
    case 'deskRevoke':
    case 'deskClearLockout':
      return takeFromAgent(tap, input);
    case 'callerAnswer':
    case 'callerDeny':
      return answerCaller(tap, input);
    case 'snooze':
    case 'notNeeded':
      return answerReminder(tap, input);
    case 'notNow':
      return answerInvitation(tap, input.handle);
    case 'undoNotNeeded':
      return undoNotNeeded(tap, input.handle);
    case 'text':
      return takeText(tap, input.text, takeOnCard);
    case 'proveCurrentPassword':
    case 'setMobile':
    case 'useShownMobile':
    case 'changeMobile':
    case 'confirmOldCode':
    case 'confirmCode':
    case 'resendCode':
    case 'setPassword':
      return takeOnCard(tap, input);
  }
}
