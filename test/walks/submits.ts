import { expect, it } from '@jest/globals';
import { buttonsOf } from '../support/chatDriver.ts';
import { noneWaits } from '../support/notices.ts';
import { newPlanted, resetToPassword, startReset } from '../support/walks.ts';
import type { World } from '../support/world.ts';

/** Walks the rules of CARD_ACTIONS=submit beside every flow. */
export function walkSubmits(world: World): void {
  it('posts and updates no card with an Action.Execute', async () => {
    const walker = await newPlanted(world);
    await resetToPassword(world, walker);
    const { conversationId } = walker.chat.person;
    const own = world.teams.sent.filter((sent) => sent.conversationId === conversationId);
    const buttons = own.flatMap(({ card }) => buttonsOf(card));
    expect(buttons.length).toBeGreaterThan(5);
    expect(buttons.filter(({ isSubmit }) => isSubmit !== true)).toEqual([]);
    expect(JSON.stringify(own)).not.toContain('Action.Execute');
  });

  it('answers in the message that was tapped', async () => {
    const walker = await newPlanted(world);
    await startReset(walker);
    const { messageId } = walker.chat;
    // The first enrollment's notice comes in its own time.
    await noneWaits(world);
    const before = world.teams.sent.length;
    const code = world.code(walker.mobile);
    expect(await walker.chat.tap('confirmCode', { code })).toBe('reset.newPassword');
    const { conversationId } = walker.chat.person;
    const own = world.teams.sent
      .slice(before)
      .filter((sent) => sent.conversationId === conversationId);
    expect(own.map(({ operation, id }) => [operation, id])).toEqual([['update', messageId]]);
  });

  it('answers a card that was drawn with Action.Execute before', async () => {
    const walker = await newPlanted(world);
    await startReset(walker);
    const drawnBefore = { ...walker.chat.button('confirmCode'), isSubmit: false };
    const code = world.code(walker.mobile);
    expect(await walker.chat.tapButton(drawnBefore, { code })).toBe('reset.newPassword');
    await world.teams.until(() => walker.chat.reload() === 'reset.newPassword');
  });
}
