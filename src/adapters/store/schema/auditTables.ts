/** One row for the auditor; the contract names the columns. */
export interface AuditTable {
  seq: number;
  /** ISO 8601, UTC, with milliseconds. */
  at: string;
  event: string;
  actor: string;
  account: string | null;
  result: string;
  reason: string | null;
  flow: string | null;
  instance: string;
  previous: string;
  hash: string;
  /** Seals `hash`; null before there were seals. */
  seal: string | null;
}

export interface AuditHeadTable {
  id: number;
  seq: number;
  hash: string;
  /** Up to this row the sealed hash proves the chain, from there on each row's own seal. */
  checkpoint_seq: number;
  checkpoint_hash: string;
  checkpoint_seal: string | null;
}
