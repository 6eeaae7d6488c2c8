import { boundYoungGeneration } from './youngGeneration.ts';

// First, and the commands only afterwards: what is loaded before would be loaded twice.
boundYoungGeneration();
const { run } = await import('./admin/run.ts');
await run(process.argv.slice(2));
