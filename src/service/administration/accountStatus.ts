import type { Flow } from '../../domain/flows/flow.ts';
import { isPast } from '../../domain/flows/lifetime.ts';
import {
  ACCOUNT_FAILURE_LIMIT,
  FAILURES_LOOKBACK_MS,
  lockedUntil,
  proofAllowance,
  PROOF_FAILURE_LIMIT,
} from '../../domain/flows/lockout.ts';
import { maskMobile } from '../../domain/mobile.ts';
import { managerName, type ManagerKey, type Purpose } from '../../domain/parties.ts';
import type { Account } from '../../ports/account.ts';
import type { Failure } from '../../ports/store/passcodes.ts';
import type { SentMessage } from '../../ports/store/sends.ts';
import type { StoreTransaction } from '../../ports/store/store.ts';
import type { Deps } from '../deps.ts';

/** A manager, named as in the audit, and the display name that the bot knows. */
interface Whose<Manager extends string | undefined = string> {
  readonly manager: Manager;
  readonly name: string | undefined;
}

/** Times are epoch ms. */
export interface AccountStatus {
  readonly numbers: readonly (Whose & {
    /** Masked. */
    readonly mobile: string;
    readonly enrolledAt: number;
    /** Present while the number still has to wait before its first reset. */
    readonly usableFrom: number | undefined;
  })[];
  /** The bot's own. `manager` absent: everybody. */
  readonly lockouts: readonly (Whose<string | undefined> & {
    readonly kind: 'code' | 'proof';
    readonly until: number;
  })[];
  readonly flows: readonly (Whose & {
    readonly purpose: Purpose;
    readonly step: Flow['state']['step'];
    readonly since: number;
  })[];
  readonly lastSms: Pick<SentMessage, 'createdAt' | 'outcome' | 'fate'> | undefined;
  /** The last revoke. `manager` absent: of all numbers. */
  readonly revoked: (Whose<string | undefined> & { readonly at: number }) | undefined;
}

/**
 * All that the bot knows of an account; `lockout` as the directory has it, absent where it did not answer.
 */
export async function accountStatus(
  deps: Pick<Deps, 'store' | 'settings'>,
  accountId: string,
  lockout: Account['lockout'] | undefined,
): Promise<AccountStatus> {
  return deps.store.transaction(async (tx) => {
    const numbers = await tx.enrollmentsOf(accountId);
    const flows = (await tx.openFlowsOf(accountId)).filter((flow) => !isPast(flow, tx.now));
    const failures = await tx.failuresOf({ accountId, since: tx.now - FAILURES_LOOKBACK_MS });
    const revoke = await tx.lastRevoke(accountId);
    const shown = [...numbers, ...flows, ...failures, ...(revoke === undefined ? [] : [revoke])];
    const records = await tx.managers(shown.flatMap(({ manager }) => manager ?? []));
    const names = new Map(records.map(({ key, displayName }) => [managerName(key), displayName]));
    const whose = (key: ManagerKey): Whose => {
      const manager = managerName(key);
      return { manager, name: names.get(manager) };
    };
    return {
      numbers: numbers.map(({ manager, mobile, enrolledAt, usableFrom }) => ({
        ...whose(manager),
        mobile: maskMobile(mobile),
        enrolledAt,
        usableFrom: usableFrom > tx.now ? usableFrom : undefined,
      })),
      lockouts: lockoutsOf(deps, tx, failures, lockout, whose),
      flows: flows.map(({ manager, purpose, state, startedAt }) => ({
        ...whose(manager),
        purpose,
        step: state.step,
        since: startedAt,
      })),
      lastSms: await tx.lastSendAbout(accountId),
      revoked: revoke && {
        at: revoke.at,
        ...(revoke.manager === undefined ? EVERYBODY : whose(revoke.manager)),
      },
    };
  });
}

const EVERYBODY = { manager: undefined, name: undefined };

function lockoutsOf(
  deps: Pick<Deps, 'settings'>,
  { now }: StoreTransaction,
  failures: readonly Failure[],
  lockout: Account['lockout'] | undefined,
  whose: (key: ManagerKey) => Whose,
): AccountStatus['lockouts'] {
  const codes = failures.filter(({ kind }) => kind === 'code');
  const proofs = failures.filter(({ kind }) => kind === 'proof');
  const until = (some: readonly Failure[], limit: number) =>
    lockedUntil(
      some.map(({ at }) => at),
      limit,
      now,
    );

  const found: AccountStatus['lockouts'][number][] = [];
  const managers = new Map(codes.map(({ manager }) => [managerName(manager), manager]));
  for (const [name, key] of managers) {
    const own = codes.filter((failure) => managerName(failure.manager) === name);
    const end = until(own, deps.settings.codeAttempts);
    if (end !== undefined) found.push({ kind: 'code', ...whose(key), until: end });
  }
  const allCodes = until(codes, ACCOUNT_FAILURE_LIMIT);
  if (allCodes !== undefined) found.push({ kind: 'code', ...EVERYBODY, until: allCodes });
  const allowance = lockout === undefined ? PROOF_FAILURE_LIMIT : proofAllowance(lockout);
  const allProofs = until(proofs, allowance === 'refused' ? PROOF_FAILURE_LIMIT : allowance);
  if (allProofs !== undefined) found.push({ kind: 'proof', ...EVERYBODY, until: allProofs });
  return found;
}
