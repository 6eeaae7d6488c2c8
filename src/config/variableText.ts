import { z } from 'zod';

/** A variable's description in the documents. */
export interface VariableText {
  /** One line, without a full stop. */
  readonly meaning: string;
  /** The bot does not start in production without it. */
  readonly isNeeded?: true;
  /** The schema's default as it is written in the environment. */
  readonly default?: string;
  /** In words: what holds without it. */
  readonly otherwise?: string;
  /** For .env.example, where there is no default to show. */
  readonly example?: string;
}

/** The texts of the variables, by their schemas. */
export const TEXTS = z.registry<VariableText>();
