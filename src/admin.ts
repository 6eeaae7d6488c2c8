import { run } from './admin/run.ts';

await run(process.argv.slice(2));
