import type { World } from './world.ts';

export { cardsTo } from './rotations.ts';

/** The text messages to a number that hold no code, oldest first. */
export function noticesTo(world: World, mobile: string): string[] {
  return world.texts(mobile).filter((text) => !/^\d{6}/.test(text));
}

/** Waits until no notice waits to be delivered. */
export function noneWaits(world: World): Promise<void> {
  return world.teams.until(() => world.database.querySqlite('select id from notice').length === 0);
}
