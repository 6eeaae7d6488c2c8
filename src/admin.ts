import { run } from './admin/run.ts';
import { openNoInspector } from './process/inspector.ts';

openNoInspector();
await run(process.argv.slice(2));
