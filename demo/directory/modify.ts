import type { Answer } from './answers.ts';
import {
  BAD_CONTROL,
  BAD_VALUE,
  NOT_BOUND,
  NO_RIGHT_TO_WRITE,
  NO_SUCH_ATTRIBUTE,
  SUCCESS,
  elsewhere,
  noSuchObject,
} from './answers.ts';
import { children, readElement, readInteger } from './ber.ts';
import type { Domain } from './domain.ts';
import { clearLockout, setPassword } from './domain.ts';
import type { Entry, Value } from './entries.ts';
import { put, stored } from './entries.ts';
import { parentDn } from './names.ts';
import { findNewPassword } from './passwordChange.ts';
import type { Change, Request } from './protocol.ts';
import { ADD, REPLACE, readModify } from './protocol.ts';
import { mayWrite } from './rights.ts';
import { fileTime } from './values.ts';

/** LDAP_SERVER_POLICY_HINTS_OID and its deprecated form (MS-ADTS 3.1.1.3.4.1.27). */
const POLICY_HINTS = ['1.2.840.113556.1.4.2239', '1.2.840.113556.1.4.2066'];

/** Carries out a modify: all of it or nothing. */
export function modify(
  domain: Domain,
  who: Entry | undefined,
  request: Request,
  isEncrypted: boolean,
): Answer {
  if (who === undefined) return NOT_BOUND;
  const { dn, changes } = readModify(request);
  const target = domain.entries.get(dn);
  if (target === undefined) return noSuchObject(parentDn(dn));
  if (domain.isReadOnly) return elsewhere(`dc2.${domain.dnsName}`);
  const enforcesHistory = readPolicyHints(domain, request);
  if (enforcesHistory === 'malformed') return BAD_CONTROL;

  const passwordChanges = changes.filter(({ attribute }) => isNamed(attribute, 'unicodePwd'));
  const others = changes.filter((change) => !passwordChanges.includes(change));
  const refused = others.find(({ attribute }) => !mayWrite(domain, who, target, attribute));
  if (refused !== undefined) return NO_RIGHT_TO_WRITE;
  const applications: (() => void)[] = [];
  for (const change of others) {
    const application = prepare(domain, target, change);
    if ('code' in application) return application;
    applications.push(application.apply);
  }

  if (passwordChanges.length > 0) {
    const found = findNewPassword(
      { domain, who, target, isEncrypted, enforcesHistory },
      passwordChanges,
    );
    if ('code' in found) return found;
    setPassword(domain, target, found.password);
  }
  for (const apply of applications) apply();
  return SUCCESS;
}

/** Whether a reset must respect the history too. */
function readPolicyHints(domain: Domain, request: Request): boolean | 'malformed' {
  const control = request.controls.find(({ oid }) => POLICY_HINTS.includes(oid));
  if (control === undefined || !domain.supportedControls.includes(control.oid)) return false;
  try {
    const value = control.value === undefined ? undefined : readElement(control.value)?.element;
    const [flags] = value?.tag === 0x30 ? children(value) : [];
    return flags === undefined ? 'malformed' : (readInteger(flags) & 1) === 1;
  } catch {
    return 'malformed';
  }
}

/** Checks one change of an ordinary attribute and gives the function that carries it out. */
function prepare(
  domain: Domain,
  target: Entry,
  { kind, attribute, values }: Change,
): Answer | { apply: () => void } {
  const [value] = values;
  if (isNamed(attribute, 'pwdLastSet')) {
    const text = value?.toString();
    if (text !== '0' && text !== '-1') return BAD_VALUE;
    return { apply: () => put(target, attribute, text === '0' ? '0' : fileTime(domain.now())) };
  }
  if (isNamed(attribute, 'lockoutTime')) {
    return value?.toString() === '0' ? { apply: () => clearLockout(target) } : BAD_VALUE;
  }
  const current = stored(target, attribute);
  const given: Value[] = values.map((one) => (isText(one) ? one.toString() : Buffer.from(one)));
  if (kind === REPLACE) return { apply: () => put(target, attribute, given) };
  if (kind === ADD) return { apply: () => put(target, attribute, [...current, ...given]) };
  const isGone = (one: Value) => given.some((other) => other.toString() === one.toString());
  if (
    current.length === 0 ||
    !given.every((one) => current.some((own) => own.toString() === one.toString()))
  ) {
    return NO_SUCH_ATTRIBUTE;
  }
  return {
    apply: () =>
      put(target, attribute, given.length === 0 ? [] : current.filter((one) => !isGone(one))),
  };
}

function isText(value: Buffer): boolean {
  return Buffer.from(value.toString('utf8')).equals(value);
}

function isNamed(attribute: string, name: string): boolean {
  return attribute.toLowerCase() === name.toLowerCase();
}
