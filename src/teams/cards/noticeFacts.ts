import { CHANGED_ON_CARD, type NoticeView, type SummaryView } from '../../ports/noticeView.ts';
import { ofFlow, type CardFacts, type Voice } from './facts.ts';
import { plain } from './markdown.ts';

/** More names than this would fill the card. */
const OWNERS_ON_CARD = 5;

/** The notice's event, in words. */
export function noticeFacts(view: NoticeView, { words, now, text }: Voice): CardFacts {
  const lines = (['added', 'removed'] as const).flatMap((key) => {
    const all = view[key];
    if (all === undefined) return [];
    const reader = key === 'removed' && view.hasReader === true ? [text('notice.you')] : [];
    // A notice that version 1.0.0 has kept holds all names.
    const shown = [...reader, ...all.slice(0, CHANGED_ON_CARD).map(plain)];
    const more = reader.length + all.length - shown.length + (view.more?.[key] ?? 0);
    if (shown.length + more === 0) return [];
    const names = words.list(more === 0 ? shown : [...shown, text('notice.more', { more })]);
    return text(`notice.${key}`, { names });
  });
  return ofFlow(
    view,
    {
      event: view.event,
      byName: plain(view.byName),
      hasAgent: view.agentName === undefined ? 'no' : 'yes',
      agentName: plain(view.agentName ?? ''),
      at: words.moment(view.at),
      mobile: view.maskedMobile ?? '',
      day: view.until === undefined ? '' : words.date(view.until, now),
      from: view.until === undefined ? 'none' : words.from(view.until),
      ...ownersOf(view, { words, text }),
    },
    {
      lines,
      isAbout: true,
      hasHappened: view.event !== 'removalAhead',
      canUndo: view.handle !== undefined,
    },
  );
}

/** The managers whose numbers were removed: by name where all are known and few. */
function ownersOf(
  { owners = [], hasReader }: NoticeView,
  { words, text }: Pick<Voice, 'words' | 'text'>,
): { readonly count: number; readonly names: string } {
  const reader = hasReader === true ? [text('notice.you')] : [];
  const count = reader.length + owners.length;
  const isNamed = owners.length <= OWNERS_ON_CARD && !owners.includes('');
  if (!isNamed && count === 1) return { count: 0, names: '' };
  const others = isNamed ? owners.map(plain) : [text('notice.owners', { count: owners.length })];
  return { count, names: words.list([...reader, ...others]) };
}

/** The weekly list, in words. */
export function summaryFacts(view: SummaryView, { words, now, text }: Voice): CardFacts {
  const { overdue, count, silenced, silencedCount } = view;
  const line = (key: string, name: string, at: number): string =>
    text(`notice.${key}`, { accountName: plain(name), day: words.date(at, now) });
  const rest = (all: number, shown: number): string[] =>
    all > shown ? [text('notice.rest', { rest: all - shown })] : [];
  const lines = [
    ...overdue.map(({ name, dueAt }) => line('overdue', name, dueAt)),
    ...rest(count, overdue.length),
    ...(silencedCount === 0 ? [] : [text('notice.silenced', { count: silencedCount })]),
    ...silenced.map(({ name, until }) => line('silencedUntil', name, until)),
    ...rest(silencedCount, silenced.length),
  ];
  const noAgent = { hasAgent: 'no', agentName: '' };
  const nobody = { byName: '', names: '', mobile: '', day: '', from: 'none' };
  const values = { event: 'unanswered', ...noAgent, ...nobody, count };
  return { values, data: { lines, isAbout: false, hasHappened: false, canUndo: false } };
}
