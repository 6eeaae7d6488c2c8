import type { ManagerKey } from '../../domain/parties.ts';
import type { NumberUse } from '../../domain/smsBudget.ts';

/** One code message: reserved before it goes out, settled by the answer. */
export interface CodeSend {
  readonly id: string;
  readonly flowId: string;
  readonly manager: ManagerKey;
  readonly accountId: string;
  readonly mobile: string;
}

type SendOutcome = 'reserved' | 'accepted' | 'refused' | 'unknown';

export type SendFate = 'sent' | 'delivered' | 'failed';

/** The last message, as the service desk sees it. */
export interface SentMessage {
  readonly id: string;
  readonly flowId: string;
  readonly createdAt: number;
  readonly outcome: SendOutcome;
  readonly fate?: SendFate | undefined;
}

/** Messages with codes, read. */
export interface SendReads {
  /** Whether the SMS service's message is one with a code. */
  isSendKnown(messageId: string): Promise<boolean>;
  /** Code messages that the SMS service took since then, by the fate that it has reported. */
  countFates(since: number): Promise<Readonly<Record<SendFate | 'unreported', number>>>;
  /** Times of a manager's code messages, newest first: those that the SMS service refused, and the others. */
  managerSends(query: {
    readonly manager: ManagerKey;
    readonly since: number;
  }): Promise<Readonly<Record<'manager' | 'refused', readonly number[]>>>;
  /**
   * Code messages to a number that were not refused, its relation to a manager, and the other numbers to which
   * that manager had codes sent.
   */
  numberUse(query: {
    readonly mobile: string;
    readonly manager: ManagerKey;
    readonly flowId?: string | undefined;
    readonly since: number;
  }): Promise<NumberUse>;
  /** Number of code messages that were not refused since `since`. */
  countSends(since: number): Promise<number>;
}

/** Messages with codes. */
export interface SendQueries extends SendReads {
  /** Reserves a code message; it counts at once. */
  addSend(send: CodeSend): Promise<void>;
  /** Counts a reminder that goes out as a text among the day's messages, and in no budget of a number or manager. */
  addCountedText(id: string): Promise<void>;
  settleSend(
    id: string,
    outcome: Exclude<SendOutcome, 'reserved'>,
    messageId?: string,
  ): Promise<void>;
  /** Records a status report; undefined where the message is unknown or the report moves nothing forward. */
  setSendFate(messageId: string, fate: SendFate): Promise<SentMessage | undefined>;
  /** The flow's newest code message. */
  lastSend(flowId: string): Promise<SentMessage | undefined>;
  /** The newest code message about the account, to any recipient. */
  lastSendAbout(accountId: string): Promise<SentMessage | undefined>;
}
