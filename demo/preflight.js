import { existsSync } from 'node:fs';
import process from 'node:process';

// Loaded before modules that may be missing or too new for this Node: one line instead of a stack.
const NEEDED = 24;

function stop(line) {
  process.stderr.write(`${line}\n`);
  process.exit(1);
}

if (!existsSync('node_modules/rolldown')) stop('Run "npm ci" first: npm\'s packages are missing.');
if (Number(process.versions.node.split('.')[0]) < NEEDED) {
  stop(
    `Node.js ${NEEDED} is needed, this is ${process.version}. "npm ci" brings it along: ` +
      'run that, then start with "npm run", not with node.',
  );
}
