import type { CodeProgress, EndedState } from './flow.ts';
import type { Problem } from './reasons.ts';

/** A number that the manager need not type. */
export interface KnownMobile {
  /** E.164. */
  readonly mobile: string;
  /** False for a suggestion from the directory, which counts for nothing until proven. */
  readonly isEnrolled: boolean;
}

/** What stays true of an enrollment once the current password is proven. */
export interface ProvenEnrollment {
  readonly known?: KnownMobile | undefined;
  /** A code to the enrolled number was accepted in this flow; it is not asked for again. */
  readonly isOldProven: boolean;
}

/** The states of an enrollment; numbers are E.164, times epoch ms. */
export type EnrollmentState =
  | { readonly step: 'currentPassword'; readonly problem?: Problem | undefined }
  /** A bind is under way. `failureId` is the attempt that is already counted. */
  | { readonly step: 'provingPassword'; readonly since: number; readonly failureId: string }
  | ({
      readonly step: 'mobile';
      readonly malformed: number;
      readonly problem?: Problem | undefined;
    } & ProvenEnrollment)
  /** An SMS is under way to the old or the new number. */
  | ({
      readonly step: 'sendingCode';
      readonly since: number;
      readonly to: 'old' | 'new';
      readonly mobile: string;
      readonly expiresAt: number;
      readonly malformed: number;
      /** True when the code card was shown before: a refusal answers there. */
      readonly isResend: boolean;
    } & ProvenEnrollment)
  | ({ readonly step: 'oldCode'; readonly mobile: string } & CodeProgress & ProvenEnrollment)
  | ({ readonly step: 'code'; readonly mobile: string } & CodeProgress & ProvenEnrollment)
  | { readonly step: 'done'; readonly mobile: string; readonly usableFrom?: number | undefined }
  | EndedState;
