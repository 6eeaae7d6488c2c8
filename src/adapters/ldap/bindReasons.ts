/** The meaning of a refused bind for the password. */
export type BindVerdict = 'proved' | 'wrong' | 'locked' | 'undecided';

/**
 * The Win32 errors (MS-ERREF 2.2) that stand as `data` in a refused bind's text, in hexadecimal. The
 * meanings are Microsoft's, from "System Error Codes (1300-1699)" and "(1700-3999)"; that 530, 531,
 * 532 and 773 come for the right password only was measured on Samba and is in public code lists.
 */
const VERDICTS: Readonly<Record<string, BindVerdict>> = {
  // The password is right, and something else is not.
  '530': 'proved', // ERROR_INVALID_LOGON_HOURS
  '531': 'proved', // ERROR_INVALID_WORKSTATION
  '532': 'proved', // ERROR_PASSWORD_EXPIRED
  '773': 'proved', // ERROR_PASSWORD_MUST_CHANGE

  // The password is wrong, or the account may not be used: requirement P12 takes both for no.
  '525': 'wrong', // ERROR_NO_SUCH_USER
  '52e': 'wrong', // ERROR_LOGON_FAILURE: user name or password
  '533': 'wrong', // ERROR_ACCOUNT_DISABLED
  '701': 'wrong', // ERROR_ACCOUNT_EXPIRED

  '775': 'locked', // ERROR_ACCOUNT_LOCKED_OUT

  // About the account, the controller or the logon, whatever the password.
  '52f': 'undecided', // ERROR_ACCOUNT_RESTRICTION: Protected Users, authentication policies
  '568': 'undecided', // ERROR_TOO_MANY_CONTEXT_IDS: too many groups
  '569': 'undecided', // ERROR_LOGON_TYPE_NOT_GRANTED: no right to log on over the network
};

/**
 * The verdict of a reason, lower-case hexadecimal. A reason that is not in the table says nothing: taken
 * for wrong it would count against people, taken for right it would let them in. A refusal without a reason
 * is a plain "no" (RFC 4511 A.1).
 */
export function verdictOf(bindReason: string | undefined): BindVerdict {
  return bindReason === undefined ? 'wrong' : (VERDICTS[bindReason] ?? 'undecided');
}
