import { MAX_REMINDED } from '../ports/account.ts';

const BAR_WIDTH = 30;

/**
 * Text that cannot move the cursor, colour the terminal or turn the reading direction: names come from the
 * directory (requirement L4).
 */
export function plain(text: string): string {
  return text.replace(/\p{Cc}/gu, ' ').replace(/\p{Bidi_Control}/gu, '');
}

/** Shown instead of the names where the managers are too many to be reminded. */
export const CROWD = `more than ${String(MAX_REMINDED)} people`;

/** `1 account`, `2 accounts`. */
export function counted(count: number, noun: string): string {
  return `${String(count)} ${noun}${count === 1 ? '' : 's'}`;
}

/** Rows under their headings, each column as wide as its widest cell. */
export function table(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = [headings, ...rows].map((row) => row.map(plain));
  const widths = headings.map((_, column) =>
    Math.max(...cells.map((row) => [...(row[column] ?? '')].length)),
  );
  return cells
    .map((row) =>
      row
        .map((cell, column) => cell + ' '.repeat((widths[column] ?? 0) - [...cell].length))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** Lines `name: value`, the values below one another. */
export function facts(pairs: readonly (readonly [string, string])[]): string {
  const width = Math.max(...pairs.map(([name]) => name.length));
  return pairs.map(([name, value]) => `${name.padEnd(width)}  ${plain(value)}`).join('\n');
}

/** A time as people in that zone write it: `2026-11-23 14:05`. */
export function localTime(at: number, timeZone: string): string {
  return new Intl.DateTimeFormat('sv-SE', {
    dateStyle: 'short',
    timeStyle: 'short',
    timeZone,
  }).format(at);
}

export function isoTime(at: number): string {
  return new Date(at).toISOString();
}

/** Shows how far a long command is, on a terminal only. */
export interface Progress {
  readonly show: (done: number, total: number) => void;
  readonly end: () => void;
}

/** A bar on standard error, so that standard output stays clean. */
export function createProgress(label: string): Progress {
  const { stderr } = process;
  if (!stderr.isTTY) return { show: () => undefined, end: () => undefined };
  return {
    show(done, total) {
      const share = total === 0 ? 1 : done / total;
      const bar = '#'.repeat(Math.round(share * BAR_WIDTH)).padEnd(BAR_WIDTH);
      stderr.write(`\r${label} [${bar}] ${String(done)}/${String(total)}`);
    },
    end() {
      stderr.write('\n');
    },
  };
}

/** One line of a CSV file (RFC 4180). */
export function csvLine(values: readonly (string | number | null)[]): string {
  return `${values.map(csvCell).join(',')}\r\n`;
}

/**
 * RFC 4180, and an apostrophe before a text that a spreadsheet would take for a formula (requirement L4;
 * OWASP CSV Injection). A spreadsheet that splits at `;` or tabs takes the comma's quotes for text: behind those
 * and behind a line break begins a cell too.
 */
export function csvCell(value: string | number | null): string {
  const text = String(value ?? '');
  // The sign first, so that long white space is read once.
  const tame = text.replace(/^(?=[=+\-@\t\r\n])|(?=[=+\-@])(?<=[;\t\r\n][\s"]*)/g, "'");
  return /[",;\t\r\n]/.test(tame) ? `"${tame.replaceAll('"', '""')}"` : tame;
}
