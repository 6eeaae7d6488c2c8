/** `superseded`: a newer update of the same message was waiting, so this one was not written. */
type UpdateOutcome = 'written' | 'superseded';

/** A write of one message; asks before a repetition whether a newer write is waiting. */
type UpdateWork = (isSuperseded: () => boolean) => Promise<void>;

interface Waiting {
  readonly start: () => void;
  readonly drop: () => void;
}

/** Writes the updates of one message one after another, so that an older card never covers a newer one. */
export interface UpdateQueue {
  /** Runs `work` when its turn comes; rejects as `work` does. */
  add(message: string, work: UpdateWork): Promise<UpdateOutcome>;
}

export function createUpdateQueue(): UpdateQueue {
  /** Messages with a write under way, and the newest write that waits for it. */
  const busy = new Map<string, Waiting | undefined>();

  return {
    async add(message, work) {
      if (busy.has(message)) {
        const isTurn = await new Promise<boolean>((resolve) => {
          busy.get(message)?.drop();
          const start = (): void => {
            resolve(true);
          };
          const drop = (): void => {
            resolve(false);
          };
          busy.set(message, { start, drop });
        });
        if (!isTurn) return 'superseded';
      } else {
        busy.set(message, undefined);
      }
      try {
        await work(() => busy.get(message) !== undefined);
        return 'written';
      } finally {
        const next = busy.get(message);
        if (next) {
          busy.set(message, undefined);
          next.start();
        } else {
          busy.delete(message);
        }
      }
    },
  };
}
