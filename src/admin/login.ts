import { createLogin } from '../teams/login.ts';
import { channelSettingsOf } from '../wiring.ts';
import type { Workplace } from './workplace.ts';

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
