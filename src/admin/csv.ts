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
