import { afterAll, afterEach, beforeAll, describe } from '@jest/globals';

import { describeAccounts } from './directoryAccounts.ts';
import { describeConnections } from './directoryConnections.ts';
import { describeDesk } from './directoryDesk.ts';
import { describeInspection } from './directoryInspection.ts';
import { describePersons } from './directoryPersons.ts';
import { describeProofs } from './directoryProofs.ts';
import { openStage } from './directoryStage.ts';
import type { DirectoryStage } from './directoryStage.ts';
import { describeSweeps } from './directorySweeps.ts';
import { describeWrites } from './directoryWrites.ts';
import type { DirectoryWorld } from './directoryWorld.ts';

/** The contract of every Directory, run against a world that `start` gives. */
export function describeDirectory(name: string, start: () => Promise<DirectoryWorld>): void {
  describe(`the directory on ${name}`, () => {
    let stage: DirectoryStage | undefined;
    // The tests are declared before there is a server to run them on.
    const on = new Proxy({} as DirectoryStage, {
      get: (_, property) => Reflect.get(stage ?? {}, property),
    });

    beforeAll(async () => {
      stage = openStage(await start());
    });

    afterEach(() => stage?.endTest());
    afterAll(() => stage?.close());

    describePersons(on);
    describeAccounts(on);
    describeProofs(on);
    describeWrites(on);
    describeSweeps(on);
    describeInspection(on);
    describeDesk(on);
    describeConnections(on);
  });
}
