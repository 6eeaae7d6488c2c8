import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startSambaWorld, type SambaWorld } from '../../../adapters/ldap/sambaWorld.ts';
import type { Extent } from '../extent.ts';
import { figureOf, medianOf, type Figure, type Row } from '../figures.ts';
import { startFloor, type FloorProgram } from '../program.ts';

const GOAL = { kind: 'atMost', ratio: 1.3 } as const;

/**
 * The growth of a tap's wait for the directory with the size of the domain: Samba as it is made, then with
 * many users and nested groups, the manager in the deepest.
 */
export async function domainSizeRows({ windows, resets, domain }: Extent): Promise<Row[]> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-'));
  const world = await startSambaWorld();
  try {
    const { dn, query } = await world.newPerson();
    const group = await world.newGroup([await world.newGroup([dn])]);
    const { name } = await world.newAccount({ responsible: [group] });
    await world.admin.put(world.samba.base, 'pwdHistoryLength', ['0']);
    const parts = await startFloor('parts', partsOf(world, name, query.upn ?? '', folder));
    try {
      const measure = async (part: string): Promise<Figure> => {
        await timeOf(parts, part, resets);
        const values: number[] = [];
        for (let index = 0; index < windows; index += 1) {
          values.push(await timeOf(parts, part, resets));
        }
        return figureOf(values);
      };
      const small = { home: await measure('home'), reset: await measure('adapter') };
      await world.samba.grow(domain, dn);
      const large = `Samba with ${String(domain.users)} users and ${String(domain.groups)} groups, floor: without`;
      return [
        grown(`directory time of home, ${large}`, small.home, await measure('home')),
        grown(`directory time of a reset, ${large}`, small.reset, await measure('adapter')),
      ];
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
