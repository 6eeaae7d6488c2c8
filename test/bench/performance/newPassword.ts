import { randomBytes } from 'node:crypto';

/** A password that no account has had, that counts up from none and meets every rule. */
export function newPassword(): string {
  return `Ny-${randomBytes(9).toString('base64url')}-hemlig`;
}
