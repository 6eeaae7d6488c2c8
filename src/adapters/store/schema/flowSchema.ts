import { z } from 'zod';
import type { EnrollmentState, Flow, ResetState, UnlockState } from '../../../domain/flows/flow.ts';
import { REASONS } from '../../../domain/reasons.ts';
import { exactly } from '../sealing/trusted.ts';

const time = z.int().nonnegative();
const count = z.int().nonnegative();

const reason = z.enum(REASONS);
const problem = z.object({
  reason,
  until: time.optional(),
  attemptsLeft: count.exactOptional(),
  all: z.array(reason).exactOptional(),
  absent: z.array(reason).exactOptional(),
  isComplex: z.boolean().optional(),
  holdsName: z.boolean().optional(),
  isEmpty: z.boolean().optional(),
  forbidden: z.enum(['edge', 'invisible', 'named']).optional(),
  person: z.string().exactOptional(),
  isEnrolledNumber: z.boolean().exactOptional(),
  isCrowded: z.boolean().exactOptional(),
  isOutOfTries: z.boolean().exactOptional(),
  reference: z.string().exactOptional(),
});

const refused = z.object({ step: z.literal('refused'), problem });
const cancelled = z.object({ step: z.literal('cancelled') });
const superseded = z.object({ step: z.literal('superseded') });
const expired = z.object({ step: z.literal('expired') });
const stoppedStates = [refused, cancelled, superseded, expired] as const;
const done = z.object({ step: z.literal('done') });

const codeTerms = {
  expiresAt: time,
  isLast: z.boolean().optional(),
  nextFrom: time.optional(),
};
const codeProgress = {
  ...codeTerms,
  malformed: count,
  firstDraw: count,
  hasFailed: z.boolean().optional(),
  problem: problem.optional(),
};
const sendProgress = {
  step: z.literal('sendingCode'),
  since: time,
  mobile: z.string(),
  ...codeTerms,
  malformed: count,
  former: z
    .object({ firstDraw: count, expiresAt: time, hasFailed: z.boolean().optional() })
    .optional(),
};
const enrolledCode = [
  z.object({ ...sendProgress, enrollmentId: z.string() }),
  z.object({
    step: z.literal('code'),
    mobile: z.string(),
    enrollmentId: z.string(),
    ...codeProgress,
  }),
] as const;

const unprovenEnrollment = {
  isChange: z.boolean().optional(),
  usableFrom: time.optional(),
};
const provenEnrollment = {
  known: z.object({ mobile: z.string(), isEnrolled: z.boolean() }).optional(),
  isOldProven: z.boolean(),
  vouch: z.object({ checkId: z.string(), agentName: z.string() }).optional(),
  usableFrom: time.optional(),
};
const enrollmentState = exactly<EnrollmentState>()(
  z.discriminatedUnion('step', [
    z.object({
      step: z.literal('currentPassword'),
      ...unprovenEnrollment,
      problem: problem.optional(),
      advisesDeletion: z.boolean().optional(),
    }),
    z.object({
      step: z.literal('provingPassword'),
      since: time,
      failureId: z.string(),
      ...unprovenEnrollment,
    }),
    z.object({
      step: z.literal('mobile'),
      malformed: count,
      problem: problem.optional(),
      held: z.object({ mobile: z.string(), ...codeProgress }).optional(),
      isCodeVoid: z.boolean().optional(),
      ...provenEnrollment,
    }),
    z.object({
      ...sendProgress,
      to: z.enum(['old', 'new']),
      newMobile: z.string(),
      ...provenEnrollment,
    }),
    z.object({
      step: z.literal('oldCode'),
      mobile: z.string(),
      newMobile: z.string(),
      ...codeProgress,
      ...provenEnrollment,
    }),
    z.object({ step: z.literal('code'), mobile: z.string(), ...codeProgress, ...provenEnrollment }),
    z.object({ step: z.literal('done'), mobile: z.string(), usableFrom: time.optional() }),
    ...stoppedStates,
  ]),
);

const rules = z.object({
  minLength: count,
  maxLength: count,
  forbiddenCharacters: z.string(),
  historyLength: count,
  requiresComplexity: z.boolean(),
  forbiddenNames: z.array(z.string()).optional(),
});
const sentPasswords = {
  sent: z
    .array(
      z.object({
        digest: z.string(),
        sentAt: time.optional(),
        isRecorded: z.boolean().optional(),
        version: z.string().optional(),
      }),
    )
    .optional(),
};
const verified = { rules, refusals: count.optional(), ...sentPasswords };
const bindUnderWay = { bindSince: time.optional() };
const endOfReset = { ...sentPasswords, unknownSince: time.optional(), ...bindUnderWay };
const resetState = exactly<ResetState>()(
  z.discriminatedUnion('step', [
    ...enrolledCode,
    z.object({
      step: z.literal('newPassword'),
      problem: problem.optional(),
      advisesDeletion: z.boolean().optional(),
      ...bindUnderWay,
      ...verified,
    }),
    z.object({ step: z.literal('writingPassword'), since: time, ...verified }),
    z.object({
      step: z.literal('unknown'),
      since: time,
      server: z.string().optional(),
      openUntil: time.optional(),
      passwordSetAt: time.optional(),
      ...bindUnderWay,
      ...verified,
    }),
    done.extend({ changedAt: time.optional(), ...endOfReset }),
    refused.extend(endOfReset),
    cancelled.extend(endOfReset),
    superseded.extend(endOfReset),
    expired.extend(endOfReset),
  ]),
);

const unlockState = exactly<UnlockState>()(
  z.discriminatedUnion('step', [
    ...enrolledCode,
    z.object({
      step: z.literal('unlocking'),
      since: time,
      mobile: z.string(),
      failures: z.number().optional(),
      problem: problem.optional(),
    }),
    done.extend({
      shut: z.enum(['expired', 'mustChange']).optional(),
      usableFrom: time.optional(),
    }),
    ...stoppedStates,
  ]),
);

/** The stored fields of a flow beside its frame. */
export const flowStateSchema = exactly<Flow extends infer F ? StatePart<F> : never>()(
  z.discriminatedUnion('purpose', [
    z.object({ purpose: z.literal('enrollment'), state: enrollmentState }),
    z.object({ purpose: z.literal('reset'), state: resetState }),
    z.object({ purpose: z.literal('unlock'), state: unlockState }),
  ]),
);
type StatePart<F> = F extends Flow ? Pick<F, 'purpose' | 'state'> : never;
