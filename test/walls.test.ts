import { describe, expect, it } from '@jest/globals';
import { RuleTester } from 'oxlint/plugins-dev';
import walls from '../oxlint.walls.ts';
import { measureSources } from './bench/house/sources.ts';

RuleTester.describe = describe;
RuleTester.it = it;

/** A file of these lines at that path, and what the walls say of it. */
function refused(errors: RegExp) {
  return ([filename, code]: readonly [string, string]) => ({
    name: `${filename}: ${code}`,
    filename,
    code,
    errors: [errors],
  });
}

new RuleTester({ cwd: process.cwd() }).run('the walls between the rooms', walls.rules.imports, {
  invalid: [
    ...(
      [
        ['src/domain/audit.ts', "import type { View } from '../ports/view.ts';"],
        ['src/ports/sms.ts', "import { createTurns } from '../service/turns.ts';"],
        ['src/service/reset/reset.ts', "import { createCards } from '../../teams/cards/cards.ts';"],
        ['src/service/reset/reset.ts', "import type { Log } from '../../adapters/log.ts';"],
        ['src/service/turns.ts', "export { createTexts } from '../texts/texts.ts';"],
        ['src/texts/smsText.ts', "import { plain } from '../teams/in/bot.ts';"],
        ['src/adapters/twilio.ts', "const { Bot } = await import('../teams/in/bot.ts');"],
        ['src/teams/channel.ts', "export * from '../adapters/log.ts';"],
        ['src/teams/channel.ts', "import { startBot } from '../compose.ts';"],
        ['src/compose.ts', "import { run } from './main.ts';"],
      ] as const
    ).map(refused(/^src\/\w+ does not import from/)),
    ...(
      [
        ['src/domain/audit.ts', "import { randomInt } from 'node:crypto';"],
        ['src/service/turns.ts', "import { z } from 'zod';"],
        ['src/service/turns.ts', "import { setTimeout } from 'node:timers/promises';"],
        ['src/teams/cards/cards.ts', "import { CardFactory } from 'botbuilder';"],
        ['src/teams/out/connector.ts', "import { Client } from 'ldapts/Client';"],
        ['src/adapters/store/tables/flows.ts', "import { DatabaseSync } from 'node:sqlite';"],
        ['src/texts/texts.ts', "import leftPad from 'left-pad';"],
      ] as const
    ).map(refused(/^src\/\w+ does not use/)),
  ],
  valid: [
    {
      filename: 'src/teams/cards/cards.ts',
      code: `import { Template } from 'adaptivecards-templating';
             import { readFileSync } from 'node:fs';
             import type { View } from '../../ports/view.ts';
             import { createTexts } from '../../texts/texts.ts';
             import { problemFacts } from './facts.ts';`,
    },
  ],
});

it('no way through the house is longer, and no folder fuller, than one can follow', async () => {
  const { longestChain, circles, largestFolder, obliqueComments } = await measureSources('src');
  expect(longestChain).toBeLessThanOrEqual(15);
  expect(largestFolder).toBeLessThanOrEqual(12);
  expect({ circles, obliqueComments }).toEqual({ circles: 0, obliqueComments: 0 });
});
