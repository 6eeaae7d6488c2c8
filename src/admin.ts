import { run } from './admin/run.ts';
import { openNoInspector } from './inspector.ts';

openNoInspector();
await run(process.argv.slice(2));
