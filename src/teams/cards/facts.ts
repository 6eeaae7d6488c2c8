import type { Locale } from '../../domain/parties.ts';
import type { TextValues, Words } from '../../texts/texts.ts';

/** One language, at one moment. */
export interface Voice {
  readonly locale: Locale;
  readonly now: number;
  readonly words: Words;
  /** The service desk's line, escaped. */
  readonly desk: string;
  text(key: string, values?: TextValues): string;
}

/** A view's words: `values` fill the placeholders of texts, `data` the bindings of the template. */
export interface CardFacts {
  readonly values: TextValues;
  readonly data: Readonly<Record<string, unknown>>;
}
