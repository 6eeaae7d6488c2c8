import type { Entries, Entry } from './entries.ts';
import { first, stored, strings } from './entries.ts';
import { dnKey } from './names.ts';

/** Backlinks that the directory keeps by itself, and the attribute that each mirrors. */
const BACKLINKS: Readonly<Record<string, string>> = {
  memberof: 'member',
  directreports: 'manager',
  managedobjects: 'managedBy',
  'msds-psoapplied': 'msDS-PSOAppliesTo',
};

export const BACKLINK_NAMES = ['memberOf', 'directReports', 'managedObjects', 'msDS-PSOApplied'];

/** Whether the attribute's values are DNs. */
export function isLink(attribute: string): boolean {
  return LINK_NAMES.has(attribute.toLowerCase());
}

const LINK_NAMES = new Set(
  ['member', 'manager', 'managedBy', 'msDS-PSOAppliesTo', 'distinguishedName', 'objectCategory']
    .map((name) => name.toLowerCase())
    .concat(Object.keys(BACKLINKS)),
);

/** Whether the directory keeps the attribute by itself. */
export function isBacklink(attribute: string): boolean {
  return attribute.toLowerCase() in BACKLINKS;
}

/** DNs of the entries that name this one, or undefined when the attribute is no backlink. */
export function backlinks(entries: Entries, entry: Entry, attribute: string): string[] | undefined {
  const forward = BACKLINKS[attribute.toLowerCase()];
  if (forward === undefined) return undefined;
  const key = forward.toLowerCase();
  const found: string[] = [];
  for (const other of entries.all()) {
    // Looked up as it is stored: most entries have no such link.
    const links = other.attributes.get(key)?.values;
    if (links?.some((dn) => dnKey(String(dn)) === entry.key)) found.push(other.dn);
  }
  return found;
}

/** Whether `target` is reached from the entry along a link attribute, over any number of steps. */
export function isInChain(
  entries: Entries,
  entry: Entry,
  attribute: string,
  target: string,
): boolean {
  const forward = BACKLINKS[attribute.toLowerCase()];
  if (forward !== undefined) {
    // The same chain from its other end, which needs no search for links at every step.
    const from = entries.get(target);
    return from !== undefined && isInChain(entries, from, forward, entry.dn);
  }
  const wanted = dnKey(target);
  const seen = new Set<string>();
  const waiting = [entry];
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    for (const dn of strings(next, attribute)) {
      const key = dnKey(dn);
      if (key === wanted) return true;
      if (seen.has(key)) continue;
      seen.add(key);
      const linked = entries.byKey(key);
      if (linked !== undefined) waiting.push(linked);
    }
  }
  return false;
}

/** The groups that a logon of the account carries: nested ones and those of its primary group. */
export function groupsOf(entries: Entries, account: Entry): Entry[] {
  const groups = new Map<string, Entry>();
  const primary = primaryGroup(entries, account);
  const waiting = primary === undefined ? [account] : [account, primary];
  if (primary !== undefined) groups.set(primary.key, primary);
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    for (const dn of backlinks(entries, next, 'memberOf') ?? []) {
      const group = entries.get(dn);
      if (group === undefined || groups.has(group.key)) continue;
      groups.set(group.key, group);
      waiting.push(group);
    }
  }
  return [...groups.values()];
}

function primaryGroup(entries: Entries, account: Entry): Entry | undefined {
  const id = first(account, 'primaryGroupID');
  const [sid] = stored(account, 'objectSid');
  if (id === undefined || !Buffer.isBuffer(sid)) return undefined;
  const groupSid = Buffer.from(sid);
  groupSid.writeUInt32LE(Number(id), groupSid.length - 4);
  return entries.find('objectSid', groupSid);
}
