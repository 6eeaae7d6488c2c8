import type { Answer, BindSubCode } from './answers.ts';
import { NOT_ENCRYPTED, SUCCESS, bindRefused } from './answers.ts';
import type { Domain } from './domain.ts';
import { DISABLED, clearLockout, countFailure, expiresAt, isLockedNow } from './domain.ts';
import type { Entry } from './entries.ts';
import { first, isUser, number, stored, strings } from './entries.ts';
import { NEVER, epochMs } from './values.ts';

/** A simple bind: the answer, and the entry bound after it (none after an anonymous one). */
export function logOn(
  domain: Domain,
  name: string,
  password: string,
  isEncrypted: boolean,
): { answer: Answer; who?: Entry } {
  // RFC 4513 5.1.2: a name with an empty password succeeds, as anonymous. The classic trap.
  if (password === '') return { answer: SUCCESS };
  if (!isEncrypted) return { answer: NOT_ENCRYPTED };
  const account = findAccount(domain, name);
  const refusal = account === undefined ? '525' : checkLogon(domain, account, password);
  if (account === undefined || refusal !== undefined) {
    return { answer: bindRefused(refusal ?? '525') };
  }
  if (number(account, 'badPwdCount') > 0 || first(account, 'lockoutTime') !== undefined) {
    clearLockout(account);
  }
  return { answer: SUCCESS, who: account };
}

/** A bind name is a DN, a UPN (also the implicit one) or `NETBIOS\sAMAccountName`. */
export function findAccount(domain: Domain, name: string): Entry | undefined {
  const wanted = name.toLowerCase();
  const byDn = name.includes('=') ? domain.entries.get(name) : undefined;
  if (byDn !== undefined) return isUser(byDn) ? byDn : undefined;
  for (const entry of domain.entries.all()) {
    if (!isUser(entry)) continue;
    const sam = (first(entry, 'sAMAccountName') ?? '').toLowerCase();
    const names = [
      (first(entry, 'userPrincipalName') ?? '').toLowerCase(),
      `${sam}@${domain.dnsName}`,
      `${domain.netbiosName.toLowerCase()}\\${sam}`,
    ];
    if (names.includes(wanted)) return entry;
  }
  return undefined;
}

/** Whether the password is the current one or, for a while after a change, the one before. */
export function isPassword(domain: Domain, account: Entry, password: string): boolean {
  const [current, former] = account.passwords;
  if (password === current) return true;
  if (password !== former) return false;
  const set = first(account, 'pwdLastSet') ?? '0';
  return set !== '0' && domain.now() < epochMs(set) + domain.oldPasswordAllowedMs;
}

/** All codes but 52e and 775 come only with the right password. */
function checkLogon(domain: Domain, account: Entry, password: string): BindSubCode | undefined {
  if (isLockedNow(domain, account)) return '775';
  if (!isPassword(domain, account, password)) {
    // One of the two passwords before the current one does not count (N-2).
    if (!account.passwords.slice(1, 3).includes(password)) countFailure(domain, account);
    return '52e';
  }
  const now = domain.now();
  if (number(account, 'userAccountControl') & DISABLED) return '533';
  const end = first(account, 'accountExpires') ?? NEVER;
  if (end !== '0' && end !== NEVER && epochMs(end) <= now) return '701';
  if (!isLogonHour(account, now)) return '530';
  if (strings(account, 'userWorkstations').length > 0) return '531';
  const expiry = expiresAt(domain, account);
  if (expiry === 0) return '773';
  if (expiry <= now) return '532';
  // The logon right is looked at last, when the account itself is good.
  return domain.notOverNetwork.has(account.key) ? '569' : undefined;
}

/** logonHours: one bit an hour of the week in UTC, from Sunday 0 o'clock. */
function isLogonHour(account: Entry, now: number): boolean {
  const [hours] = stored(account, 'logonHours');
  if (!Buffer.isBuffer(hours)) return true;
  const time = new Date(now);
  return (
    ((hours[time.getUTCDay() * 3 + (time.getUTCHours() >> 3)] ?? 0) &
      (1 << (time.getUTCHours() & 7))) !==
    0
  );
}
