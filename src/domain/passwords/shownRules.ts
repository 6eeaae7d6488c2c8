/** The rules for a new password: the bot's own and the directory's, as one list. */
export interface ShownRules {
  readonly minLength: number;
  readonly maxLength: number;
  readonly forbiddenCharacters: string;
  readonly historyLength: number;
  readonly requiresComplexity: boolean;
  /** Names that may not be in the password, in any case. */
  readonly forbiddenNames?: readonly string[] | undefined;
}
