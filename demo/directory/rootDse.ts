import type { Domain } from './domain.ts';

/** The server's description of itself to any client: all but the operational list when nothing is named. */
export function rootDse(domain: Domain, wanted: readonly string[]): [string, string[]][] {
  const { head, dnsName } = domain;
  const host = `dc1.${dnsName}`;
  const configuration = `CN=Configuration,${head.dn}`;
  const all: [string, string[]][] = [
    ['currentTime', [generalizedTime(domain.now())]],
    ['defaultNamingContext', [head.dn]],
    ['rootDomainNamingContext', [head.dn]],
    ['configurationNamingContext', [configuration]],
    ['schemaNamingContext', [`CN=Schema,${configuration}`]],
    ['namingContexts', [head.dn, configuration, `CN=Schema,${configuration}`]],
    ['dnsHostName', [host]],
    ['serverName', [`CN=DC1,CN=Servers,CN=Default-First-Site-Name,CN=Sites,${configuration}`]],
    ['supportedControl', [...domain.supportedControls]],
    ['supportedLDAPVersion', ['3', '2']],
    ['supportedSASLMechanisms', ['GSSAPI', 'GSS-SPNEGO', 'EXTERNAL', 'DIGEST-MD5']],
    // MS-ADTS 3.1.1.3.4.3: Active Directory, and its versions up to 2012 R2.
    [
      'supportedCapabilities',
      [
        '1.2.840.113556.1.4.800',
        '1.2.840.113556.1.4.1670',
        '1.2.840.113556.1.4.1791',
        '1.2.840.113556.1.4.1935',
        '1.2.840.113556.1.4.2080',
        '1.2.840.113556.1.4.2237',
        // LDAP_CAP_ACTIVE_DIRECTORY_PARTIAL_SECRETS_OID
        ...(domain.isReadOnly ? ['1.2.840.113556.1.4.1920'] : []),
      ],
    ],
    ['supportedExtension', ['1.3.6.1.4.1.1466.20037']],
    ['isSynchronized', ['TRUE']],
    ['isGlobalCatalogReady', ['TRUE']],
    ['domainFunctionality', ['7']],
    ['forestFunctionality', ['7']],
    ['domainControllerFunctionality', ['7']],
  ];
  if (wanted.length === 0 || wanted.includes('*')) return all;
  const names = new Set(wanted.map((name) => name.toLowerCase()));
  return all.filter(([name]) => names.has(name.toLowerCase()));
}

function generalizedTime(epochMs: number): string {
  return `${new Date(epochMs).toISOString().slice(0, 19).replaceAll(/[-:T]/g, '')}.0Z`;
}
