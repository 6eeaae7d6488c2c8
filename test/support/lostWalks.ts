import type { World } from './world.ts';
import type { Walk } from './stubbornWalks.ts';

interface FlowRow {
  readonly purpose: string;
  readonly started_at: number;
  readonly ended_at: number | null;
}

/** Reports each lost walk: its flow's age, and its way by the audit, which holds no secret. */
export async function describeLost(world: World, lost: readonly Walk[]): Promise<string> {
  const audit = await world.database.audit();
  const told = lost.map(async ({ walker: { accountId }, detail }) => {
    const flows = await world.database.query<FlowRow>(
      `select purpose, started_at, ended_at from flow where account_id = '${accountId}'
       order by started_at`,
    );
    const ages = flows.map(
      ({ purpose, started_at, ended_at }) =>
        `a flow (${purpose}) began ${secondsSince(Number(started_at))} s ago` +
        (ended_at === null ? '' : `, ended ${secondsSince(Number(ended_at))} s ago`),
    );
    const trail = audit
      .filter(({ account }) => account === accountId)
      .map(({ event, result, reason }) => [event, result, reason ?? ''].join(' ').trimEnd());
    return [`lost: ${detail}`, ...ages, ...trail].join('\n  ') + '\n';
  });
  return (await Promise.all(told)).join('');
}

function secondsSince(at: number): string {
  return ((Date.now() - at) / 1_000).toFixed(0);
}
