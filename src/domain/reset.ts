import type { CodeProgress, EndedState } from './flow.ts';
import type { Problem } from './reasons.ts';

/** The states of a reset; numbers are E.164, times epoch ms. */
export type ResetState =
  | {
      readonly step: 'sendingCode';
      readonly since: number;
      readonly mobile: string;
      readonly enrollmentId: string;
      readonly expiresAt: number;
      readonly malformed: number;
      readonly isResend: boolean;
    }
  | ({
      readonly step: 'code';
      readonly mobile: string;
      readonly enrollmentId: string;
    } & CodeProgress)
  | {
      readonly step: 'newPassword';
      readonly problem?: Problem | undefined;
      readonly advisesDeletion?: boolean | undefined;
    }
  /** A write is under way; whatever happens now, it is not sent a second time. */
  | { readonly step: 'writingPassword'; readonly since: number }
  | {
      readonly step: 'unknown';
      readonly since: number;
      /** The only server whose silence about the write means anything; absent after a crash. */
      readonly server?: string | undefined;
      readonly passwordSetAt?: number | undefined;
    }
  | { readonly step: 'done' }
  | EndedState;
