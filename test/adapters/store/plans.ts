import { CompiledQuery } from 'kysely';
import type { Kysely, KyselyPlugin, QueryId, RootOperationNode } from 'kysely';
import { ofOnePart, type Engine } from '../../../src/adapters/store/engine/engine.ts';
import { openPostgres } from '../../../src/adapters/store/engine/postgres.ts';
import { openSqlite } from '../../../src/adapters/store/engine/sqlite.ts';
import type { DatabaseOptions } from '../../../src/adapters/store/open.ts';
import { createKeyring, type EncryptionKey } from '../../../src/adapters/store/sealing/crypto.ts';
import type { Scope } from '../../../src/adapters/store/schema/scope.ts';
import type { Tables } from '../../../src/adapters/store/schema/tables.ts';
import { silentLog } from './support.ts';

export interface Plan {
  readonly sql: string;
  readonly steps: string;
}

function explained(kind: Engine['kind'], { sql, parameters }: CompiledQuery): CompiledQuery {
  const way = kind === 'sqlite' ? 'explain query plan' : 'explain (costs off)';
  return CompiledQuery.raw(`${way} ${sql}`, [...parameters]);
}

/** How the database would run each statement of the work, which runs in one transaction. */
export async function plansOf(
  options: DatabaseOptions,
  key: EncryptionKey,
  work: (scope: Scope) => Promise<unknown>,
): Promise<readonly Plan[]> {
  const engine =
    options.kind === 'sqlite' ? openSqlite(options.directory) : openPostgres(options, silentLog);
  const statements: CompiledQuery[] = [];
  function recording(db: Kysely<Tables>): KyselyPlugin {
    const seen = new Map<QueryId, RootOperationNode>();
    return {
      transformQuery({ node, queryId }) {
        seen.set(queryId, node);
        return node;
      },
      // A query within another one has no result of its own.
      transformResult({ result, queryId }) {
        statements.push(db.getExecutor().compileQuery(seen.get(queryId)!, queryId));
        return Promise.resolve(result);
      },
    };
  }
  try {
    return await engine.transact(
      ofOnePart(async (db, now) => {
        const scope = { now, isWriting: true, log: silentLog, distrust: () => undefined };
        const keys = createKeyring([key]);
        await work({ ...scope, keys, db: db.withPlugin(recording(db)) });
        const plans: Plan[] = [];
        for (const statement of statements) {
          const { rows } = await db.executeQuery<object>(explained(engine.kind, statement));
          const steps = rows.map((row) => String(Object.values(row).at(-1))).join('\n');
          plans.push({ sql: statement.sql, steps });
        }
        return plans;
      }),
    );
  } finally {
    await engine.close();
  }
}
