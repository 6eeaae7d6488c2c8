import { describe, expect, it } from '@jest/globals';
import { Linter } from 'eslint';
import { parser } from 'typescript-eslint';
import { WALLS } from '../eslint.walls.ts';

/** The walls' messages about a file of these lines at that path. */
function linted(path: string, text: string): string[] {
  return new Linter({ cwd: process.cwd() })
    .verify(text, [{ ...WALLS, languageOptions: { parser } }], path)
    .map(({ message }) => message);
}

describe('the walls between the rooms', () => {
  it.each([
    ['src/domain/audit.ts', "import type { View } from '../ports/view.ts';"],
    ['src/ports/sms.ts', "import { createTurns } from '../service/turns.ts';"],
    ['src/service/reset/reset.ts', "import { createCards } from '../../teams/cards/cards.ts';"],
    ['src/service/reset/reset.ts', "import type { Log } from '../../adapters/log.ts';"],
    ['src/service/turns.ts', "export { createTexts } from '../texts/texts.ts';"],
    ['src/texts/words.ts', "import { plain } from '../teams/in/bot.ts';"],
    ['src/adapters/twilio.ts', "const { Bot } = await import('../teams/in/bot.ts');"],
    ['src/teams/channel.ts', "export * from '../adapters/log.ts';"],
    ['src/teams/channel.ts', "import { startBot } from '../compose.ts';"],
    ['src/compose.ts', "import { run } from './run.ts';"],
  ])('%s refuses %s', (path, line) => {
    expect(linted(path, line)).toEqual([expect.stringMatching(/^src\/\w+ does not import from/)]);
  });

  it.each([
    ['src/domain/audit.ts', "import { randomInt } from 'node:crypto';"],
    ['src/service/turns.ts', "import { z } from 'zod';"],
    ['src/service/turns.ts', "import { setTimeout } from 'node:timers/promises';"],
    ['src/teams/cards/cards.ts', "import { CardFactory } from 'botbuilder';"],
    ['src/teams/out/connector.ts', "import { Client } from 'ldapts/Client';"],
    ['src/adapters/store/tables/flows.ts', "import { DatabaseSync } from 'node:sqlite';"],
    ['src/texts/texts.ts', "import leftPad from 'left-pad';"],
  ])('%s does not take %s, which stands elsewhere or nowhere', (path, line) => {
    expect(linted(path, line)).toEqual([expect.stringMatching(/^src\/\w+ does not use/)]);
  });

  it('let pass what design and libraries allow', () => {
    expect(
      linted(
        'src/teams/cards/cards.ts',
        `import { Template } from 'adaptivecards-templating';
         import { readFileSync } from 'node:fs';
         import type { View } from '../../ports/view.ts';
         import { createTexts } from '../../texts/texts.ts';
         import { problemFacts } from './problems.ts';`,
      ),
    ).toEqual([]);
  });
});
