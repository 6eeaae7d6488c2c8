import { DefaultQueryExecutor, DummyDriver, Kysely } from 'kysely';
import type { CompiledQuery, DatabaseConnection, Dialect, QueryResult } from 'kysely';
import type { Tables } from '../schema/tables.ts';

/** Sends one statement, and gives its rows or how many it has changed. */
type Send = <Row>(query: CompiledQuery) => Promise<QueryResult<Row>>;

/** Kysely's knowledge of a database, without the way there. */
type Syntax = Omit<Dialect, 'createDriver'>;

/**
 * Makes queries that go out by `send`. Kysely by itself would hand out a connection for each, from
 * a pool of its own: the engines do that, once for each piece of work.
 */
export function createQueries(syntax: Syntax): (send: Send) => Kysely<Tables> {
  const dialect: Dialect = { ...syntax, createDriver: () => new DummyDriver() };
  const compiler = dialect.createQueryCompiler();
  const adapter = dialect.createAdapter();
  const driver = dialect.createDriver();
  return (send) => {
    const connection: DatabaseConnection = { executeQuery: send, streamQuery: neverStreamed };
    const provider = {
      provideConnection: <T>(consumer: (only: DatabaseConnection) => Promise<T>): Promise<T> =>
        consumer(connection),
    };
    const executor = new DefaultQueryExecutor(compiler, adapter, provider);
    return new Kysely<Tables>({ config: { dialect }, dialect, driver, executor });
  };
}

function neverStreamed(): never {
  throw new Error('queries are not streamed');
}
