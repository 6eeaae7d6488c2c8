import { CHANGED_ON_CARD } from '../../ports/noticeView.ts';
import type { Notice } from '../../ports/store/notices.ts';

interface NamedEntry {
  readonly entry: string;
  readonly name: string;
}

/** Persons as a notice names them: as many as its card shows, and how many more. */
interface NamedOnCard {
  readonly names: readonly string[];
  readonly entries: readonly string[];
  readonly more: number;
}

export function listOf(notice: Notice | undefined, which: 'added' | 'removed'): NamedOnCard {
  const { [which]: names = [], [`${which}Entries` as const]: entries = [], more } = notice ?? {};
  return { names, entries, more: more?.[which] ?? 0 };
}

/** One who came and was then deleted has no name left but the one that waits to be told. */
export function untoldName(first: Notice | undefined, entry: string): string {
  return first?.added?.[first.addedEntries?.indexOf(entry) ?? -1] ?? '';
}

/**
 * Those of an untold notice of whom it is still true, and the new ones behind them. Names that its card does not
 * show would make each of hundreds of notices large. `unnamed` are those whom the untold notice only counts: the
 * ones whom it names may go, and must not take along who came with them.
 */
export function joined(
  first: NamedOnCard,
  next: readonly NamedEntry[],
  isStill: (entry: string) => boolean,
  unnamed: { readonly more: number; readonly among?: readonly NamedEntry[] },
): NamedOnCard {
  const isNew = new Set(next.map(({ entry }) => entry));
  const kept = first.names
    .map((name, at) => ({ name, entry: first.entries[at] ?? '' }))
    .filter(({ entry }) => isStill(entry) && !isNew.has(entry));
  const isNamed = new Set([...kept, ...next].map(({ entry }) => entry));
  const others = (unnamed.among ?? []).filter(({ entry }) => !isNamed.has(entry));
  const shown = [...kept, ...next, ...others].slice(0, CHANGED_ON_CARD);
  const named = kept.length + next.length;
  const othersShown = Math.max(0, shown.length - named);
  return {
    names: shown.map(({ name }) => name),
    entries: shown.map(({ entry }) => entry),
    more:
      Math.max(0, named - shown.length) +
      Math.min(first.more, others.length - othersShown) +
      unnamed.more,
  };
}
