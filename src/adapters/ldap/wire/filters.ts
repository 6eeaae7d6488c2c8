import {
  AndFilter,
  ApproximateFilter,
  EqualityFilter,
  ExtensibleFilter,
  FilterParser,
  NotFilter,
  OrFilter,
  PresenceFilter,
  SubstringFilter,
} from 'ldapts';
import type { Filter } from 'ldapts';

import type { ManagerQuery } from '../../../ports/account.ts';

/** How many values one filter asks for; servers limit the size of a filter. */
const CHUNK = 100;

export function equals(attribute: string, value: string | Buffer): Filter {
  return new EqualityFilter({ attribute, value });
}

export function present(attribute: string): Filter {
  return new PresenceFilter({ attribute });
}

/** Values with that text somewhere in them. */
export function contains(attribute: string, text: string): Filter {
  return new SubstringFilter({ attribute, initial: '', any: [text], final: '' });
}

export function allOf(filters: readonly (Filter | undefined)[]): Filter {
  return new AndFilter({ filters: filters.filter((filter) => filter !== undefined) });
}

export function anyOf(filters: Filter[]): Filter {
  return new OrFilter({ filters });
}

export function not(filter: Filter): Filter {
  return new NotFilter({ filter });
}

export function parseFilter(text: string): Filter {
  return FilterParser.parseString(text);
}

export function chunks<T>(values: readonly T[]): T[][] {
  const count = Math.ceil(values.length / CHUNK);
  return Array.from({ length: count }, (_, index) =>
    values.slice(index * CHUNK, (index + 1) * CHUNK),
  );
}

/**
 * The filter that finds a Teams person. Placeholders are filled in the parsed filter, so that no value can
 * be read as filter syntax. A part that asks for a missing value matches no person; undefined where the
 * whole filter does.
 */
export function managerFilter(template: string, query: ManagerQuery): Filter | undefined {
  return filled(parseFilter(template), query, false);
}

/** A part with a placeholder: its attribute. No value has a plain parenthesis (RFC 4515). */
const ASKED_PART = /\(([^()=~]+)~?=[^()]*\{(?:upn|mail|aadObjectId)\}[^()]*\)/g;

/**
 * The filter that finds whoever could be a Teams person: with any value where the template has a placeholder.
 * Undefined where the template has a NOT or a matching rule, of which this would not be true.
 */
export function anyManagerFilter(template: string): Filter | undefined {
  if (/\(!|:=/.test(template)) return undefined;
  return parseFilter(template.replaceAll(ASKED_PART, '($1=*)'));
}

/** Below a NOT no part may be dropped: the rest would match more, not less. */
function filled(filter: Filter, query: ManagerQuery, isNegated: boolean): Filter | undefined {
  if (filter instanceof AndFilter) {
    const parts = filter.filters.map((part) => filled(part, query, isNegated));
    return parts.includes(undefined) ? undefined : allOf(parts);
  }
  if (filter instanceof OrFilter) {
    const parts = filter.filters.map((part) => filled(part, query, isNegated));
    const whole = parts.filter((part) => part !== undefined);
    const isNobody = whole.length === 0 || (isNegated && whole.length < parts.length);
    return isNobody ? undefined : anyOf(whole);
  }
  if (filter instanceof NotFilter) {
    const part = filled(filter.filter, query, true);
    return part === undefined ? undefined : not(part);
  }
  return filledLeaf(filter, query);
}

function filledLeaf(leaf: Filter, query: ManagerQuery): Filter | undefined {
  if (leaf instanceof SubstringFilter) {
    const { attribute } = leaf;
    const [initial, final, ...any] = [leaf.initial, leaf.final, ...leaf.any].map((part) =>
      filledText(part, query),
    );
    if (initial === undefined || final === undefined || any.includes(undefined)) return undefined;
    return new SubstringFilter({
      attribute,
      initial,
      final,
      any: any.filter((part) => part !== undefined),
    });
  }
  const isValued =
    leaf instanceof EqualityFilter ||
    leaf instanceof ApproximateFilter ||
    leaf instanceof ExtensibleFilter;
  if (!isValued || typeof leaf.value !== 'string') return leaf;
  const value = filledText(leaf.value, query);
  if (value === undefined) return undefined;
  leaf.value = value;
  return leaf;
}

function filledText(text: string, query: ManagerQuery): string | undefined {
  const values: Readonly<Record<string, string | undefined>> = {
    '{upn}': query.upn,
    '{mail}': query.mail,
    '{aadObjectId}': query.aadObjectId,
  };
  const parts = text.split(/(\{(?:upn|mail|aadObjectId)\})/);
  const replaced = parts.map((part) => (part in values ? values[part] : part));
  const isMissing = parts.some((part) => part in values && !values[part]?.trim());
  return isMissing ? undefined : replaced.join('');
}
