/** The answer of `admin invite --json`. */
export interface Invited {
  readonly window: string;
  readonly dryRun: boolean;
  readonly accounts: number;
  readonly invitations: readonly {
    readonly account: string;
    readonly manager: string | null;
    readonly result: string;
    readonly reason: string | null;
  }[];
}

/** The results for one account. */
export const rowsOf = ({ invitations }: Invited, name: string) =>
  invitations
    .filter(({ account }) => account === name)
    .map(({ result, reason }) => (reason === null ? result : `${result}: ${reason}`));
