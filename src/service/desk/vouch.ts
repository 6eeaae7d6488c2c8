import { entryMobile } from '../../domain/mobile.ts';
import type { Problem } from '../../domain/reasons.ts';
import { operationSince } from '../../domain/flows/lifetime.ts';
import { endFlow } from '../flow/flows.ts';
import { auditOfAgent, vouchIn } from './callers.ts';
import type { ManagerFacts } from './facts.ts';
import { takeDraw, type DeskTap } from './look.ts';

/** Lets a confirmed manager enroll the directory's mobile without the password, for a while. */
export async function vouchFor(
  deskTap: DeskTap,
  { recipient, check: known }: ManagerFacts,
): Promise<Problem | undefined> {
  const { deps, signal } = deskTap;
  if (recipient === undefined || known === undefined) return undefined;
  const entry = await deps.directory.managerById(recipient.person.id, signal);
  if (entryMobile(entry, deps.settings.smsCountries) === undefined)
    return { reason: 'noDirectoryMobile' };
  await deps.store.transaction(async (tx) => {
    if (!(await takeDraw(tx, deskTap))) return;
    if ((await tx.enrollment(known.manager, known.accountId)) !== undefined) return;
    const check = await vouchIn(tx, known);
    if (check === undefined) return;
    tx.audit({ event: 'desk.vouched', result: 'ok', ...auditOfAgent(check) });
    // An enrollment that asks for the password must not stand in the way.
    const open = await tx.openFlow(check.manager, check.accountId);
    if (open?.purpose !== 'enrollment' || operationSince(open.state) !== undefined) return;
    await endFlow(tx, open, { type: 'superseded' });
  });
  return undefined;
}
