import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { chmod, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { describeLost } from '../support/lostWalks.ts';
import { houseOfSuite } from '../support/ofSuite.ts';
import { newEnrolled, resetToPassword } from '../support/walks.ts';

const START_MS = 60_000;
const house = await houseOfSuite();

interface Process {
  readonly pid: number;
  readonly parent: number;
  readonly command: string;
}

/** The processes of the machine. */
function processes(): Process[] {
  return readdirSync('/proc').flatMap((name) => {
    try {
      const [, parent = 0] = /\) \S (\d+)/.exec(readFileSync(`/proc/${name}/stat`, 'utf8')) ?? [];
      const command = readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ');
      return [{ pid: Number(name), parent: Number(parent), command }];
    } catch {
      // It is no process, or has ended meanwhile.
      return [];
    }
  });
}

/** All descendants of a process. */
function descendantsOf(pid: number, all = processes()): Process[] {
  const own = all.filter(({ parent }) => parent === pid);
  return own.flatMap((one) => [one, ...descendantsOf(one.pid, all)]);
}

describe('a long run', () => {
  it.each([
    ['crash', ['dist/main.js', 'bin/postgres']],
    ['instances', ['dist/main.js', 'bin/postgres']],
    ['soak', ['dist/main.js']],
    ['sweep', ['slapd']],
    ['performance --tiny', ['dist/main.js', 'floor/']],
    ['performance --tiny --only start', ['floor/start.ts']],
    ['performance --tiny --only sweep', ['floor/search.ts', 'slapd']],
    ['profile', ['src/main.ts']],
  ])('%s leaves no process and no file behind on Ctrl-C', async (name, parts) => {
    const [script, ...options] = name.split(' ');
    const folder = await mkdtemp(join(tmpdir(), 'long-run-'));
    await chmod(folder, 0o711);
    const child = spawn(process.execPath, [`test/bench/${script}.ts`, ...options], {
      env: { ...process.env, TMPDIR: folder },
      stdio: 'ignore',
    });
    const ended = once(child, 'close');
    try {
      let started: Process[] = [];
      const isUnderWay = () =>
        parts.every((part) => started.some(({ command }) => command.includes(part)));
      for (const end = Date.now() + START_MS; !isUnderWay(); await pause(50)) {
        if (Date.now() > end || child.exitCode !== null) throw new Error(`${name} did not start`);
        started = descendantsOf(child.pid!);
      }
      child.kill('SIGINT');
      expect(await ended).toEqual([130, null]);
      const left = new Set(processes().map(({ pid }) => pid));
      expect(started.filter(({ pid }) => left.has(pid))).toEqual([]);
      expect(await readdir(folder)).toEqual([]);
    } finally {
      child.kill('SIGKILL');
      await rm(folder, { recursive: true, force: true });
    }
  });

  it('tells of a lost walk how old its flow is and how it went, and no secret', async () => {
    const walker = await newEnrolled(house);
    await resetToPassword(house, walker);
    const lost = {
      walker,
      end: 'lost',
      isFalse: false,
      lockouts: 0,
      detail: 'still there',
    } as const;
    const told = await describeLost(house, [lost]);
    expect(told).toMatch(
      /^lost: still there\n {2}.*\(enrollment\) began \d+ s ago, ended \d+ s ago\n/,
    );
    expect(told).toMatch(/a flow \(reset\) began \d+ s ago\n/);
    expect(told).toContain('\n  reset.started ok\n');
    for (const secret of [walker.mobile, ...house.codes(walker.mobile)]) {
      expect(told).not.toContain(secret);
    }
  });
});
