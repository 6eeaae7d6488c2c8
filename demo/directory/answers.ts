/** An LDAP result: its code (RFC 4511 A.1) and the diagnostic text as Active Directory writes it. */
export interface Answer {
  readonly code: number;
  readonly message: string;
}

export const SUCCESS: Answer = { code: 0, message: '' };

/** Why a bind is refused: Win32 codes behind `data` (525 no such user, 52e wrong, 775 locked …). */
export type BindSubCode =
  '525' | '52e' | '530' | '531' | '532' | '533' | '569' | '701' | '773' | '775';

export function bindRefused(subCode: BindSubCode): Answer {
  return answer(
    49,
    `80090308: LdapErr: DSID-0C090439, comment: AcceptSecurityContext error, data ${subCode}, v4563`,
  );
}

/** A new password without the old one that breaks a rule: AD does not say which. */
export const RESET_AGAINST_POLICY = service('0000052D', 'DSID-031A12D2', 'WILL_NOT_PERFORM', 5003);
export const CHANGE_AGAINST_POLICY = constraint('0000052D');
export const OLD_PASSWORD_WRONG = constraint('00000056');
export const CHANGE_WHILE_LOCKED = constraint('00000775');
/** unicodePwd in clear, not quoted, or not UTF-16LE. */
export const PASSWORD_NOT_ACCEPTED = service('0000001F', 'DSID-031A12D2', 'WILL_NOT_PERFORM', 5003);
/** A value that the attribute cannot take (lockoutTime other than 0). */
export const BAD_VALUE = service('00000057', 'DSID-031A1236', 'WILL_NOT_PERFORM', 5003);
export const NO_RIGHT_TO_RESET = security('00000005', 'DSID-031A11D5');
export const NO_RIGHT_TO_WRITE = security('00002098', 'DSID-031514B3');

export const NOT_BOUND = ldap(
  1,
  '000004DC: LdapErr: DSID-0C090A5C, comment: In order to perform this operation a successful bind must be completed on the connection.',
);
export const NOT_ENCRYPTED = ldap(
  8,
  '00002028: LdapErr: DSID-0C090254, comment: The server requires binds to turn on integrity checking if SSL\\TLS are not already active on the connection',
);
export const BAD_CONTROL = ldap(
  12,
  '00000057: LdapErr: DSID-0C090CAD, comment: Error processing control',
);
export const BIND_METHOD_UNKNOWN = ldap(
  7,
  '00002027: LdapErr: DSID-0C09071E, comment: Auth method not supported',
);
export const EXTENSION_UNKNOWN = ldap(
  2,
  '0000203D: LdapErr: DSID-0C090CE6, comment: Unknown extended request OID',
);
export const SIZE_LIMIT_EXCEEDED: Answer = { code: 4, message: '' };
export const NO_SUCH_ATTRIBUTE = answer(
  16,
  '00002085: AtrErr: DSID-03152AE8, #1:\n\t0: 00002085: DSID-03152AE8, problem 1001 (NO_ATTRIBUTE_OR_VAL), data 0\n',
);

export function noSuchObject(bestMatch: string): Answer {
  return answer(
    32,
    `0000208D: NameErr: DSID-0310028C, problem 2001 (NO_OBJECT), data 0, best match of:\n\t'${bestMatch}'\n`,
  );
}

/** The DN lies in no naming context of this server. */
export function elsewhere(dnsName: string): Answer {
  return answer(
    10,
    `0000202B: RefErr: DSID-0310082F, data 0, 1 access points\n\tref 1: '${dnsName}'\n`,
  );
}

function ldap(code: number, text: string): Answer {
  return answer(code, `${text}, data 0, v4563`);
}

function service(win32: string, dsid: string, problem: string, number: number): Answer {
  return answer(53, `${win32}: SvcErr: ${dsid}, problem ${number} (${problem}), data 0\n`);
}

function security(win32: string, dsid: string): Answer {
  return answer(50, `${win32}: SecErr: ${dsid}, problem 4003 (INSUFF_ACCESS_RIGHTS), data 0\n`);
}

function constraint(win32: string): Answer {
  const dsid = 'DSID-03191083';
  return answer(
    19,
    `${win32}: AtrErr: ${dsid}, #1:\n\t0: ${win32}: ${dsid}, problem 1005 (CONSTRAINT_ATT_TYPE), data 0, Att 9005a (unicodePwd)\n`,
  );
}

function answer(code: number, message: string): Answer {
  return { code, message: `${message}\0` };
}
