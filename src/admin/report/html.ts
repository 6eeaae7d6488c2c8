import { plain } from '../print.ts';

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text within an element or a quoted attribute. */
export function escaped(text: string): string {
  return plain(text).replace(/[&<>"']/g, (sign) => ENTITIES[sign] ?? sign);
}

/** A table; the first cell of each row is its heading. */
export function htmlTable(
  caption: string,
  headings: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  const head = headings.map((text) => `<th scope="col">${escaped(text)}</th>`).join('');
  const body = rows.map(([first = '', ...rest]) => {
    const cells = rest.map((text) => `<td>${escaped(text)}</td>`).join('');
    return `<tr><th scope="row">${escaped(first)}</th>${cells}</tr>`;
  });
  return [
    `<table><caption>${escaped(caption)}</caption>`,
    `<thead><tr>${head}</tr></thead>`,
    `<tbody>${body.join('\n')}</tbody></table>`,
  ].join('\n');
}

/** Light and dark, screen and A4. The series' colours differ in lightness too, for eyes that see few hues. */
export const STYLE = `
:root { color-scheme: light dark; --page: #ffffff; --ink: #1b1b1f; --soft: #55565c; --grid: #d6d7dc;
  --limit: #b3261e; --series-1: #0b5cad; --series-2: #e07b00; --series-3: #5b2a86; --series-4: #2e8b57;
  --series-5: #c2185b; --series-6: #7a6a00; }
@media (prefers-color-scheme: dark) { :root { --page: #17181c; --ink: #ececf1; --soft: #b4b5bd;
  --grid: #3c3d45; --limit: #ff8a80; --series-1: #6fb3ff; --series-2: #ffb454; --series-3: #c9a3f0;
  --series-4: #7fd6a3; --series-5: #ff8fb6; --series-6: #e0d060; } }
body { margin: 0; background: var(--page); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 50rem; margin: 0 auto; padding: 1.5rem; }
h1 { font-size: 1.7rem; line-height: 1.2; } h2 { font-size: 1.2rem; margin: 2.2rem 0 0.3rem; }
p { margin: 0.3rem 0; }
dl { display: grid; grid-template-columns: repeat(auto-fill, minmax(11rem, 1fr)); gap: 0.8rem; margin: 0.5rem 0; }
dl div { border: 1px solid var(--grid); border-radius: 0.4rem; padding: 0.6rem 0.8rem;
  display: flex; flex-direction: column-reverse; justify-content: flex-end; }
dt { color: var(--soft); font-size: 0.85rem; } dd { margin: 0; font-size: 1.5rem; font-weight: 600; }
figure { margin: 0.5rem 0; } svg { display: block; width: 100%; height: auto; font-family: inherit; }
summary { cursor: pointer; color: var(--soft); } .wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: 0.9rem; margin: 0.5rem 0; }
caption { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
th, td { text-align: left; padding: 0.25rem 0.6rem; border-bottom: 1px solid var(--grid); font-weight: 400; }
thead th { color: var(--soft); font-weight: 600; }
@page { size: A4; margin: 15mm; }
@media print { main { max-width: none; padding: 0; } figure, dl div, tr { break-inside: avoid; }
  h2 { break-after: avoid; } details { display: none; } }
`;
