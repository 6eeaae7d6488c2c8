/** Whether the bot may send its token to this serviceUrl. */
export type ServiceHosts = (serviceUrl: string) => boolean;

/**
 * `*.` at the start of a pattern stands for one or more labels; any port matches. Plain http is
 * accepted for a loopback host that a pattern names in full, never otherwise.
 */
export function createServiceHosts(patterns: readonly string[]): ServiceHosts {
  const names = patterns.map((pattern) => pattern.trim().toLowerCase()).filter(Boolean);
  return (serviceUrl) => {
    const url = URL.parse(serviceUrl);
    if (!url || url.username || url.password) return false;
    const isNamed = names.includes(url.hostname);
    if (url.protocol === 'http:') return isNamed && isLoopbackHost(url.hostname);
    if (url.protocol !== 'https:') return false;
    return isNamed || names.some((name) => matchesWildcard(name, url.hostname));
  };
}

function matchesWildcard(pattern: string, host: string): boolean {
  return pattern.startsWith('*.') && pattern.length > 2 && host.endsWith(pattern.slice(1));
}

/** Whether a URL's host name is this machine. */
export function isLoopbackHost(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(hostname);
}

/** Whether a socket's peer is this machine. */
export function isLoopbackAddress(address: string | undefined): boolean {
  return address !== undefined && (address === '::1' || /^(?:::ffff:)?127\./.test(address));
}
