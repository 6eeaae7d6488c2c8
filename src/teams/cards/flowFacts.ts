import type { Progress } from '../../ports/view.ts';
import type { CardFacts } from './facts.ts';
import { plain } from './markdown.ts';
import type { TextValues } from '../../texts/texts.ts';

interface Frame {
  readonly handle?: string | undefined;
  readonly accountName: string;
  readonly progress?: Progress | undefined;
}

/** The facts of a card about one account. */
export function ofFlow(
  view: Frame,
  values: TextValues,
  data: Readonly<Record<string, unknown>>,
): CardFacts {
  const accountName = plain(view.accountName);
  return {
    values: { accountName, ...(view.progress ?? { step: 'none', of: 'none' }), ...values },
    data: { handle: view.handle, accountName, ...data },
  };
}
