import { openNoInspector } from './process/inspector.ts';
import { widenThreadPool } from './process/threadPool.ts';

openNoInspector();
// First: modules loaded afterwards may give the pool its first work, and its size is read then.
widenThreadPool();
const { run } = await import('./run.ts');
await run();
