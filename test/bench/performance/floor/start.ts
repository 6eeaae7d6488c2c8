/** The floor of a start: the product's packages loaded, and a port that answers. */
import { createServer } from 'node:http';

const { packages, port } = JSON.parse(process.env['BENCH_SETTINGS'] ?? '{}') as {
  packages: string[];
  port: number;
};
await Promise.all(packages.map((name) => import(name)));
createServer((_request, response) => response.end()).listen(port, '127.0.0.1');
