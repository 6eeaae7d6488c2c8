import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Product } from '../../support/product.ts';

/** Copies of an ended flow with its code message, under other ids, until there are so many. */
export function storeFlows(product: Product, count: number): void {
  const database = new DatabaseSync(join(product.dataDir, 'bot.sqlite'), { timeout: 10_000 });
  try {
    const { stored } = database.prepare('select count(*) as stored from flow').get() as {
      stored: number;
    };
    const numbers = `with recursive copy(n) as (select ${String(stored)} union all
      select n + 1 from copy where n + 1 < ${String(count)})`;
    for (const [table, id] of [
      ['flow', 'id'],
      ['code_send', 'id'],
      ['button', 'handle'],
    ] as const) {
      const columns = database.prepare(`select * from ${table}`).columns();
      const names = columns.map(({ name }) => name);
      const values = names.map((name) =>
        name === id || name === 'origin' ? `${name} || '-' || copy.n` : name,
      );
      database.exec(`${numbers} insert into ${table} (${names.join(', ')})
        select ${values.join(', ')} from copy, (select * from ${table}
          ${table === 'flow' ? 'where ended_at is not null' : ''} limit 1)`);
    }
  } finally {
    database.close();
  }
}
