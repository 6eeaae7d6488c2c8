import type { World } from './world.ts';

export { cardsTo } from './rotations.ts';

/** The text messages to a number that hold no code, oldest first. */
export function noticesTo(world: World, mobile: string): string[] {
  return world.texts(mobile).filter((text) => !/^\d{6}/.test(text));
}

/** A notice on its way is due again in a minute, one that is put off after few tries in some seconds. */
const PUT_OFF_MS = 20_000;

/** Waits until a notice is put off after so many tries. */
export function isPutOff(world: World, tries: number): Promise<void> {
  return world.teams.until(() => {
    const before = String(Date.now() + PUT_OFF_MS);
    return (
      world.database.querySqlite(
        `select id from notice where tries >= ${String(tries)} and due_at < ${before}`,
      ).length > 0
    );
  });
}

/** Waits until no notice waits to be delivered. */
export function noneWaits(world: World): Promise<void> {
  return world.teams.until(() => world.database.querySqlite('select id from notice').length === 0);
}
