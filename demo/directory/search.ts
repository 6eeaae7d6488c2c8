import { randomUUID } from 'node:crypto';
import type { Answer } from './answers.ts';
import {
  BAD_CONTROL,
  NOT_BOUND,
  SIZE_LIMIT_EXCEEDED,
  SUCCESS,
  elsewhere,
  noSuchObject,
} from './answers.ts';
import { children, integer, octets, readElement, readInteger, sequence } from './ber.ts';
import type { Domain } from './domain.ts';
import type { Entry } from './entries.ts';
import { decodeFilter } from './filter.ts';
import { isWithin, dnKey, parentDn } from './names.ts';
import type { Request } from './protocol.ts';
import { controlElement, entryMessage, referenceMessage, resultMessage } from './protocol.ts';
import { rootDse } from './rootDse.ts';
import { select } from './selection.ts';
import { guidBytes, sidBytes } from './values.ts';

const PAGED_RESULTS = '1.2.840.113556.1.4.319';
const DOMAIN_SCOPE = '1.2.840.113556.1.4.1339';
const DONE = 0x65;

/** Searches that a client has read only in part, by their cookie; they live as long as the connection. */
export type OpenPages = Map<string, { readonly hits: readonly Entry[]; readonly next: number }>;

/** Answers a search with its entries and its result. */
export function search(
  domain: Domain,
  who: Entry | undefined,
  request: Request,
  open: OpenPages,
): Buffer[] {
  const query = readQuery(request);
  const finish = (answer: Answer, extra = {}) => resultMessage(request.id, DONE, answer, extra);
  if (query.base === '' && query.scope === 0) {
    return [entryMessage(request.id, '', rootDse(domain, query.wanted)), finish(SUCCESS)];
  }
  if (who === undefined) return [finish(NOT_BOUND)];
  const base = findBase(domain, query.base);
  if (base === undefined || domain.hidden.get(base.key) === 'hidden') {
    return [notFound(domain, query.base, finish)];
  }

  const page = readPage(request);
  if (page === 'malformed') return [finish(BAD_CONTROL)];
  const resumed = page === undefined ? undefined : open.get(page.cookie);
  if (page !== undefined && page.cookie !== '' && resumed === undefined)
    return [finish(BAD_CONTROL)];
  const hits = resumed?.hits ?? find(domain, base, query);
  const from = resumed?.next ?? 0;
  const limit = Math.min(query.sizeLimit || Infinity, page?.size ?? Infinity, domain.maxPageSize);
  const shown = hits.slice(from, from + limit);
  const rest = hits.length - from - shown.length;

  const messages = shown.map((entry) =>
    entryMessage(request.id, entry.dn, select(domain, entry, query.wanted, query.scope === 0)),
  );
  if (query.scope === 2 && base === domain.head && from === 0 && !has(request, DOMAIN_SCOPE)) {
    messages.push(...continuations(domain).map((url) => referenceMessage(request.id, url)));
  }
  if (page === undefined) {
    messages.push(finish(rest > 0 ? SIZE_LIMIT_EXCEEDED : SUCCESS));
    return messages;
  }
  open.delete(page.cookie);
  const cookie = rest > 0 && page.size > 0 ? randomUUID() : '';
  if (cookie !== '') open.set(cookie, { hits, next: from + shown.length });
  const value = sequence(integer(0), octets(cookie));
  messages.push(finish(SUCCESS, { controls: [controlElement(PAGED_RESULTS, value)] }));
  return messages;
}

interface Query {
  readonly base: string;
  readonly scope: number;
  readonly sizeLimit: number;
  readonly matches: (domain: Domain, entry: Entry) => boolean;
  /** Names of the attributes asked for; empty: all. */
  readonly wanted: readonly string[];
}

function readQuery({ operation }: Request): Query {
  const [base, scope, , sizeLimit, , , filter, attributes] = children(operation);
  if (!base || !scope || !sizeLimit || !filter || !attributes) throw new RangeError('no search');
  return {
    base: base.value.toString(),
    scope: readInteger(scope),
    sizeLimit: readInteger(sizeLimit),
    matches: decodeFilter(filter),
    wanted: children(attributes).map(({ value }) => value.toString()),
  };
}

/** A base is a DN, or `<GUID=…>` / `<SID=…>` (MS-ADTS 3.1.1.3.1.2.4). */
function findBase(domain: Domain, base: string): Entry | undefined {
  const [, kind, id = ''] = /^<(GUID|SID)=(.*)>$/i.exec(base) ?? [];
  if (kind === undefined) return domain.entries.get(base);
  if (kind.toUpperCase() === 'GUID') return domain.entries.find('objectGUID', guidBytes(id));
  const sid = id.toUpperCase().startsWith('S-') ? sidBytes(id) : Buffer.from(id, 'hex');
  return domain.entries.find('objectSid', sid);
}

function notFound(
  domain: Domain,
  base: string,
  finish: (answer: Answer, extra?: { referral: string }) => Buffer,
): Buffer {
  if (base.startsWith('<')) return finish(noSuchObject(''));
  if (!isWithin(dnKey(base), domain.head.key)) {
    const name = /dc=/i.test(base) ? base.replace(/^.*?dc=/i, 'dc=') : domain.head.dn;
    const host = name.replaceAll(/,?dc=/gi, '.').slice(1);
    return finish(elsewhere(host), { referral: `ldap://${host}/${base}` });
  }
  let best = parentDn(base);
  while (best !== '' && domain.entries.get(best) === undefined) best = parentDn(best);
  return finish(noSuchObject(best));
}

function find(domain: Domain, base: Entry, { scope, matches }: Query): Entry[] {
  const hits: Entry[] = [];
  const candidates = scope === 0 ? [base] : domain.entries.within(base.key);
  for (const entry of candidates) {
    if (scope === 1 && dnKey(parentDn(entry.dn)) !== base.key) continue;
    if (domain.hidden.get(entry.key) === 'hidden') continue;
    if (matches(domain, entry)) hits.push(entry);
  }
  return hits;
}

function readPage({
  controls,
}: Request): { size: number; cookie: string } | undefined | 'malformed' {
  const control = controls.find(({ oid }) => oid === PAGED_RESULTS);
  if (control === undefined) return undefined;
  const value = control.value === undefined ? undefined : readElement(control.value)?.element;
  const [size, cookie] = value === undefined ? [] : children(value);
  if (size === undefined || cookie === undefined) return 'malformed';
  return { size: readInteger(size), cookie: cookie.value.toString() };
}

function has({ controls }: Request, oid: string): boolean {
  return controls.some((control) => control.oid === oid);
}

/** A search of the whole domain also names the partitions that lie below it, elsewhere. */
function continuations(domain: Domain): string[] {
  const { dnsName, head } = domain;
  return [
    `ldap://ForestDnsZones.${dnsName}/DC=ForestDnsZones,${head.dn}`,
    `ldap://DomainDnsZones.${dnsName}/DC=DomainDnsZones,${head.dn}`,
    `ldap://${dnsName}/CN=Configuration,${head.dn}`,
  ];
}
