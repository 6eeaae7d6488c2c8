import { withDeadline } from '../../ports/deadline.ts';
import { managerName } from '../../domain/parties.ts';
import { DirectoryError } from '../../ports/errors.ts';
import type { Responsibility } from '../../ports/account.ts';
import { accountStatus, type AccountStatus } from '../../service/administration/accountStatus.ts';
import { settingsOf } from '../../wiring.ts';
import { findAccount, type AskedAccount } from './account.ts';
import { LOOKUP_MS, type Command, type Workplace } from '../command.ts';
import { CROWD, facts, isoTime, localTime, plain } from '../print.ts';

/** One account's facts by which the service desk decides. */
interface Shown extends AccountStatus {
  readonly asked: AskedAccount;
  /** Absent where the directory does not say. */
  readonly answering: Answering | undefined;
}

interface Answering extends Pick<Responsibility, 'managers' | 'isCrowd'> {
  /**
   * The Teams persons that are pinned to each entry, as the audit names them: one at most, else none gets
   * in.
   */
  readonly pins: ReadonlyMap<string, readonly string[]>;
}

/** One account, for a service desk that has its manager on the telephone. */
export const showStatus: Command['run'] = async (place, { positionals }) => {
  const asked = await findAccount(place, positionals[0] ?? '');
  const store = await place.store();
  const settings = settingsOf(place.config);
  const lockout = asked.account?.lockout;
  const shown: Shown = {
    asked,
    answering: await responsibilityFor(place, asked),
    ...(await accountStatus({ store, settings }, asked.id, lockout)),
  };
  return { json: asJson(shown), text: asText(shown, place.config.timeZone) };
};

async function responsibilityFor(
  place: Workplace,
  { id, account }: AskedAccount,
): Promise<Answering | undefined> {
  if (account === undefined) return undefined;
  try {
    const found = await withDeadline(LOOKUP_MS, undefined, (signal) =>
      place.directory().responsibilityFor(id, signal),
    );
    return found && { ...found, pins: await pinsOf(place, found) };
  } catch (error) {
    if (error instanceof DirectoryError) return undefined;
    throw error;
  }
}

async function pinsOf(
  place: Workplace,
  { managers }: Pick<Responsibility, 'managers'>,
): Promise<Answering['pins']> {
  const store = await place.store();
  const entries = managers.map(({ id }) => id);
  const known = await store.read((reads) => reads.managersByDirectoryId(entries));
  const pinned = (entry: string) => known.filter(({ directoryId }) => directoryId === entry);
  return new Map(entries.map((entry) => [entry, pinned(entry).map(({ key }) => managerName(key))]));
}

const time = (at: number | undefined): string | null => (at === undefined ? null : isoTime(at));

function asJson(shown: Shown): unknown {
  const { asked, answering, numbers, lockouts, flows, lastSms, revoked } = shown;
  return {
    account: asked.name,
    id: asked.id,
    directory: {
      fault: asked.fault ?? null,
      isLocked: asked.account?.isLocked ?? null,
      recentWrongPasswords: asked.account?.lockout.recentFailures ?? null,
      lockoutThreshold: asked.account?.lockout.threshold ?? null,
      mustChange: asked.account?.mustChange ?? null,
      passwordSetAt: time(asked.account?.passwordSetAt),
    },
    managers:
      answering?.managers.map(({ id, displayName }) => ({
        id,
        name: displayName,
        pins: answering.pins.get(id) ?? [],
      })) ?? null,
    tooManyManagers: answering?.isCrowd ?? null,
    numbers: numbers.map((number) => ({
      manager: number.manager,
      name: number.name ?? null,
      mobile: number.mobile,
      enrolledAt: isoTime(number.enrolledAt),
      usableFrom: time(number.usableFrom),
    })),
    lockouts: lockouts.map(({ kind, manager, name, until }) => ({
      kind,
      manager: manager ?? null,
      name: name ?? null,
      until: isoTime(until),
    })),
    flows: flows.map(({ manager, name, purpose, step, since }) => ({
      manager,
      name: name ?? null,
      purpose,
      step,
      since: isoTime(since),
    })),
    lastSms: lastSms
      ? { at: isoTime(lastSms.createdAt), outcome: lastSms.outcome, fate: lastSms.fate ?? null }
      : null,
    revokedAt: time(revoked?.at),
    revokedFrom:
      revoked?.manager === undefined
        ? null
        : { manager: revoked.manager, name: revoked.name ?? null },
  };
}

function asText(shown: Shown, timeZone: string): string {
  const { asked, answering, numbers, lockouts, flows, lastSms, revoked } = shown;
  const local = (at: number): string => localTime(at, timeZone);
  const who = (person: {
    readonly manager?: string | undefined;
    readonly name?: string | undefined;
  }) => plain(person.name ?? person.manager ?? 'all managers');
  const lines = (name: string, values: readonly string[]): [string, string][] =>
    (values.length === 0 ? ['–'] : values).map((value, index) => [index === 0 ? name : '', value]);
  const kinds = { code: 'codes', proof: 'current password' } as const;
  return facts([
    ['Account', `${asked.name}  ${asked.id}`],
    ['Directory', directoryLine(asked, local)],
    ...lines(
      'Answers for it',
      answering?.isCrowd === true
        ? [CROWD]
        : (answering?.managers.map(({ id, displayName }) =>
            [
              plain(displayName),
              ...(answering.pins.get(id) ?? []).map((pin) => `in Teams ${pin}`),
            ].join(', '),
          ) ?? ['not known now']),
    ),
    ...lines(
      'Enrolled',
      numbers.map(
        (number) =>
          `${number.mobile}  ${who(number)}, since ${local(number.enrolledAt)}` +
          (number.usableFrom === undefined ? '' : `; no reset before ${local(number.usableFrom)}`),
      ),
    ),
    ...lines(
      'Locked by the bot',
      lockouts.map(
        (lockout) => `${kinds[lockout.kind]}, ${who(lockout)}, until ${local(lockout.until)}`,
      ),
    ),
    ...lines(
      'Under way',
      flows.map(
        (flow) => `${flow.purpose}, ${flow.step}, ${who(flow)}, since ${local(flow.since)}`,
      ),
    ),
    ['Last SMS', lastSms ? `${local(lastSms.createdAt)}, ${lastSms.fate ?? lastSms.outcome}` : '–'],
    ...(revoked === undefined
      ? []
      : [['Revoked', `${local(revoked.at)}, ${who(revoked)}`] as const]),
  ]);
}

function directoryLine({ account, fault }: AskedAccount, local: (at: number) => string): string {
  if (account === undefined) return fault ?? '';
  const { passwordSetAt, mustChange, isLocked, lockout } = account;
  const { recentFailures, threshold } = lockout;
  const since = passwordSetAt === undefined ? 'without a date' : `set ${local(passwordSetAt)}`;
  const set = mustChange ? 'must be changed at the next logon' : since;
  const limit = typeof threshold === 'number' ? ` of ${String(threshold)}` : '';
  return [
    `password ${set}`,
    ...(recentFailures > 0 ? [`${String(recentFailures)}${limit} wrong passwords counted`] : []),
    ...(isLocked ? ['locked by the directory'] : []),
  ].join(', ');
}
