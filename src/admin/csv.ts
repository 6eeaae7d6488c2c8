/** One line of a CSV file (RFC 4180). */
export function csvLine(values: readonly (string | number | null)[]): string {
  return `${values.map(csvCell).join(',')}\r\n`;
}

/**
 * RFC 4180, and an apostrophe before a text that a spreadsheet would take for a formula (requirement L4;
 * OWASP CSV Injection).
 */
export function csvCell(value: string | number | null): string {
  const text = String(value ?? '');
  const tame = /^[=+\-@\t\r\n]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(tame) ? `"${tame.replaceAll('"', '""')}"` : tame;
}
