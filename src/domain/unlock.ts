import type { CodeProgress, EndedState } from './flow.ts';

/** The states of an unlock; numbers are E.164, times epoch ms. */
export type UnlockState =
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
      /** The code was accepted, only the directory has still to be asked. */
      readonly isProven: boolean;
    } & CodeProgress)
  | {
      readonly step: 'unlocking';
      readonly since: number;
      readonly mobile: string;
      readonly enrollmentId: string;
    }
  | { readonly step: 'done' }
  | EndedState;
