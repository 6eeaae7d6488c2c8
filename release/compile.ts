import { join } from 'node:path';
import { bundle } from './bundle.ts';

// `npm run build`: the programs in dist.
const PROJECT = join(import.meta.dirname, '..');
await bundle(PROJECT, join(PROJECT, 'dist'));
