import { DirectoryError } from '../../ports/directory.ts';
import type { Account } from '../../ports/account.ts';
import { CommandFailure, LOOKUP_MS, type Workplace } from '../command.ts';

/** The account that a command is about. */
export interface AskedAccount {
  readonly id: string;
  readonly name: string;
  /** As the directory has it now; absent where it does not answer or no longer knows it. */
  readonly account: Account | undefined;
  /** Why the directory's part is missing. */
  readonly fault: string | undefined;
}

/**
 * Finds ACCOUNT in the directory, else in the bot's own records: a lost phone is revoked although the
 * directory is down or the account is gone.
 * @throws CommandFailure where neither knows it
 */
export async function findAccount(place: Workplace, nameOrId: string): Promise<AskedAccount> {
  const found = await askDirectory(place, nameOrId);
  if (found.account !== undefined) {
    const { id, name } = found.account;
    return { id, name, ...found };
  }
  const store = await place.store();
  const remembered = await store.transaction((tx) => tx.rememberedAccount(nameOrId));
  if (remembered === undefined) {
    throw new CommandFailure(`${JSON.stringify(nameOrId)}: ${found.fault ?? ''}`);
  }
  return { id: remembered.id, name: remembered.name ?? remembered.id, ...found };
}

async function askDirectory(
  place: Workplace,
  nameOrId: string,
): Promise<Pick<AskedAccount, 'account' | 'fault'>> {
  try {
    const signal = AbortSignal.timeout(LOOKUP_MS);
    const account = await place.directory().findAccount(nameOrId, signal);
    const fault = account === undefined ? 'the directory has no such shared account' : undefined;
    return { account, fault };
  } catch (error) {
    if (!(error instanceof DirectoryError)) throw error;
    return { account: undefined, fault: `the directory does not answer (${error.code})` };
  }
}
