/**
 * So many passwords are hashed at once at most, however many cores there are: each takes a thread, and up to 32 MiB
 * where a former hash is compared; the unit that an administrator copies bounds both (`TasksMax`, `MemoryMax`).
 */
export const MOST_HASHES_AT_ONCE = 16;
