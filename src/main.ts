import { widenThreadPool } from './threadPool.ts';
import { boundYoungGeneration } from './youngGeneration.ts';

// First, and the bot only afterwards: what is loaded before would be loaded twice.
widenThreadPool();
boundYoungGeneration();
const { run } = await import('./run.ts');
await run();
