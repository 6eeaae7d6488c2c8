import { run } from './admin/run.ts';
import { openNoInspector } from './process/signals.ts';

openNoInspector();
await run(process.argv.slice(2));
