import { reachesConnector } from '../../teams/out/connector.ts';
import { createServiceHosts } from '../../teams/out/hosts.ts';
import { createLogin } from '../../teams/out/login.ts';
import { channelSettingsOf } from '../../wiring.ts';
import type { Workplace } from '../workplace.ts';

/** Whether the bot gets its own token; nothing is sent with it. */
export async function checkMicrosoftLogin({ config, log }: Workplace): Promise<boolean> {
  const login = createLogin({ ...channelSettingsOf(config), clock: Date.now, log });
  try {
    await login.token();
    return true;
  } catch {
    return false;
  }
}

/** Whether a post would get out to Teams; undefined where its own host is none of BOT_SERVICE_HOSTS. */
export function checkWayToTeams({ config }: Workplace): Promise<boolean | undefined> {
  return reachesConnector(createServiceHosts(config.bot.serviceHosts));
}
