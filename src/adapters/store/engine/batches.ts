/** Far below the values that one statement may have: 32 766 in SQLite, 65 535 in PostgreSQL. */
const ROWS_AT_ONCE = 500;

/** The rows in parts, one for each statement. */
export function* batches<T>(rows: Iterable<T>): Generator<T[]> {
  let batch: T[] = [];
  for (const row of rows) {
    batch.push(row);
    if (batch.length < ROWS_AT_ONCE) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}
