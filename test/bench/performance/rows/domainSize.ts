import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startSambaWorld, type SambaWorld } from '../../../adapters/ldap/sambaWorld.ts';
import type { Extent } from '../extent.ts';
import { figureOf, medianOf, type Figure, type Row } from '../figures.ts';
import { startFloor, type FloorProgram } from '../program.ts';

const GOAL = { kind: 'atMost', ratio: 1.3 } as const;

/** A domain as small as the first figures were measured in. */
const SMALL = { users: 100, groups: 100 };

/**
 * The growth of a tap's wait for the directory with the size of the domain: Samba with few and with many users
 * and nested groups, the manager in the deepest. Each level of groups is one more search.
 */
export async function domainSizeRows(extent: Extent): Promise<Row[]> {
  const { users, groups } = extent.domain;
  const small = await measureIn(SMALL, extent);
  const large = await measureIn(extent.domain, extent);
  const sizes = `Samba with ${String(users)} users and ${String(groups)} groups, floor: with ${String(SMALL.users)}`;
  return [
    grown(`directory time of home, ${sizes}`, small.home, large.home),
    grown(`directory time of a reset, ${sizes}`, small.reset, large.reset),
  ];
}

async function measureIn(size: Extent['domain'], { windows, resets }: Extent) {
  const folder = await mkdtemp(join(tmpdir(), 'bench-'));
  const world = await startSambaWorld();
  try {
    const { dn, query } = await world.newPerson();
    const group = await world.newGroup([await world.newGroup([dn])]);
    const { name } = await world.newAccount({ responsible: [group] });
    await world.admin.put(world.samba.base, 'pwdHistoryLength', ['0']);
    await world.samba.grow(size, dn);
    const parts = await startFloor('parts', partsOf(world, name, query.upn ?? '', folder));
    const measure = async (part: string): Promise<Figure> => {
      await timeOf(parts, part, resets);
      const values: number[] = [];
      for (let index = 0; index < windows; index += 1) {
        values.push(await timeOf(parts, part, resets));
      }
      return figureOf(values);
    };
    try {
      return { home: await measure('home'), reset: await measure('adapter') };
    } finally {
      await parts.end();
    }
  } finally {
    await world.close();
    await rm(folder, { recursive: true, force: true });
  }
}

function partsOf({ options, authority }: SambaWorld, account: string, upn: string, folder: string) {
  const { urls, bindDn, bindPassword, accountsBase, managersBase } = options;
  return {
    url: urls[0]!,
    ca: authority.caPem,
    bindDn,
    bindPassword: bindPassword.reveal(),
    accountsBase,
    managersBase,
    account,
    upn,
    folder,
    sms: { url: 'http://127.0.0.1:1', user: '', password: '' },
  };
}

async function timeOf(parts: FloorProgram, part: string, count: number): Promise<number> {
  const times: number[] = [];
  for (let index = 0; index < count; index += 1) times.push(Number(await parts.ask(part)));
  return medianOf(times);
}

function grown(measure: string, floor: Figure, product: Figure): Row {
  return { measure, unit: 'ms', floor, product, goal: GOAL };
}
