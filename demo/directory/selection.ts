import { valuesOf } from './computed.ts';
import type { Domain } from './domain.ts';
import type { Entry, Value } from './entries.ts';
import { BACKLINK_NAMES } from './membership.ts';

/** The attributes of an entry that a search asked for and that are not empty. */
export function select(
  domain: Domain,
  entry: Entry,
  wanted: readonly string[],
  isBaseSearch: boolean,
): [name: string, values: readonly Value[]][] {
  if (domain.hidden.get(entry.key) === 'nameOnly') return [];
  const named = wanted.filter((name) => name !== '*' && name !== '1.1');
  const isAll = wanted.length === 0 || wanted.includes('*');
  const names = isAll
    ? [...[...entry.attributes.values()].map(({ name }) => name), ...BACKLINK_NAMES, ...named]
    : named;
  return names.flatMap((name) => answerFor(domain, entry, name, isBaseSearch));
}

function answerFor(
  domain: Domain,
  entry: Entry,
  asked: string,
  isBaseSearch: boolean,
): [string, readonly Value[]][] {
  const [, name = asked, from, to] = /^(.*?);range=(\d+)-(\d+|\*)$/i.exec(asked) ?? [];
  // MS-ADTS 3.1.1.4.5.19: only a search with scope base may ask for it.
  if (name.toLowerCase() === 'tokengroups' && !isBaseSearch) return [];
  const values = valuesOf(domain, entry, name);
  if (values.length === 0) return [];
  // MS-ADTS 3.1.1.3.1.3.3: too many values come under `name;range=`, beside an empty `name`.
  if (from === undefined && values.length <= domain.maxValueRange) return [[name, values]];
  const start = Number(from ?? 0);
  const asFarAs = to === undefined || to === '*' ? Infinity : Number(to) + 1;
  const part = values.slice(start, Math.min(asFarAs, start + domain.maxValueRange));
  const end = start + part.length >= values.length ? '*' : String(start + part.length - 1);
  const ranged: [string, readonly Value[]] = [`${name};range=${start}-${end}`, part];
  return from === undefined ? [[name, []], ranged] : [ranged];
}
