/**
 * Loaded before the bot (`node --import`): each connection to the Unix socket BENCH_COVERAGE is told which
 * of our functions have run since the last one, as V8's precise coverage counts them.
 */
import { Session } from 'node:inspector/promises';
import { createServer } from 'node:net';
import { isMainThread } from 'node:worker_threads';

/** A function that ran: its file below src/, and its name and place in it. */
export interface RunFunction {
  readonly file: string;
  /** Empty for an arrow function without a name. */
  readonly name: string;
  readonly offset: number;
}

const OURS = '/src/';

const path = process.env['BENCH_COVERAGE'];
// A worker thread inherits the preload, but not the socket.
if (path !== undefined && isMainThread) {
  const session = new Session();
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: false });
  createServer((socket) => {
    socket.on('error', () => undefined);
    void takeCoverage(session).then((functions) => socket.end(JSON.stringify(functions)));
  })
    .listen(path)
    .unref();
}

async function takeCoverage(session: Session): Promise<RunFunction[]> {
  const { result } = await session.post('Profiler.takePreciseCoverage');
  return result
    .filter(({ url }) => url.includes(OURS) && !url.includes('node_modules'))
    .flatMap(({ url, functions }) =>
      functions.flatMap(({ functionName, ranges: [whole] }) =>
        whole !== undefined && whole.count > 0
          ? [
              {
                file: url.slice(url.lastIndexOf(OURS) + OURS.length),
                name: functionName,
                offset: whole.startOffset,
              },
            ]
          : [],
      ),
    );
}
