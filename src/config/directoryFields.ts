import { z } from 'zod';
import {
  choice,
  directoryName,
  filter,
  managerFilter,
  matching,
  parsed,
  secret,
  TEXTS,
} from './parsers.ts';
import { ldapUrls } from './shapes.ts';

/** The directory, and the places in it. */
export const DIRECTORY = {
  LDAP_URL: parsed(
    'ldaps://host[:port] or ldap://host[:port], several separated by spaces',
    ldapUrls,
  ).register(TEXTS, {
    meaning:
      '`ldaps://host[:port]`, or `ldap://host[:port]` with StartTLS; several, separated by spaces, are tried in order',
    isNeeded: true,
    example: 'ldaps://dc1.example.se ldaps://dc2.example.se',
  }),
  LDAP_CA_FILE: z.string().optional().register(TEXTS, {
    meaning:
      "file (PEM or DER) of the authority that signed the directory's certificate, the issuing one is enough",
    otherwise: "the system's own",
    example: '/etc/ssl/certs/directory-ca.pem',
  }),
  LDAP_BIND_DN: parsed("the service account's DN or user principal name", (text) =>
    // A word without these would be read as the name of a SASL mechanism.
    /[=@\\]/.test(text) ? text : undefined,
  ).register(TEXTS, {
    meaning: 'the service account, by its DN or UPN',
    isNeeded: true,
    example: 'CN=svc-passwordbot,OU=Service,DC=example,DC=se',
  }),
  LDAP_BIND_PASSWORD: secret("the service account's password").register(TEXTS, {
    meaning: 'its password',
    isNeeded: true,
  }),
  LDAP_DIALECT: choice('activeDirectory', 'openldap').optional().register(TEXTS, {
    meaning: '`activeDirectory` or `openldap`',
    otherwise: 'the directory is asked',
    example: 'activeDirectory',
  }),
  LDAP_ACCOUNTS_BASE: directoryName('the DN below which the shared accounts live').register(TEXTS, {
    meaning: 'where the shared accounts live',
    isNeeded: true,
    example: 'OU=Shared,DC=example,DC=se',
  }),
  LDAP_ACCOUNTS_FILTER: filter.optional().register(TEXTS, {
    meaning: 'which of the entries there',
    otherwise: '`(objectClass=user)` or `(objectClass=inetOrgPerson)`',
    example: '(objectClass=user)',
  }),
  LDAP_MANAGERS_BASE: directoryName('the DN below which the managers live').register(TEXTS, {
    meaning: 'where managers are found',
    isNeeded: true,
    example: 'OU=Staff,DC=example,DC=se',
  }),
  LDAP_MANAGER_FILTER: managerFilter.optional().register(TEXTS, {
    meaning: 'how a Teams user is found, with `{upn}`, `{mail}` or `{aadObjectId}`',
    otherwise: '`(userPrincipalName={upn})` or `(mail={mail})`',
    example: '(userPrincipalName={upn})',
  }),
  LDAP_RESPONSIBLE_ATTRIBUTE: matching(
    /^(?:[A-Za-z][A-Za-z0-9-]*|[0-9]+(?:\.[0-9]+)+)$/,
    'the name of an attribute',
  )
    .default('manager')
    .register(TEXTS, {
      meaning: "the account's attribute that names who answers for it, a person or a group",
      default: 'manager',
    }),
};
