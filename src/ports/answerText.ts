/** The longest answer: answers are ids, members, tokens, keys and faults. */
const MAX_ANSWER_BYTES = 1024 * 1024;

/**
 * The text of an answer, unpacked, without a byte order mark. One without an end would fill the memory until
 * its deadline, a packed one within a second.
 * @throws Error for one that is longer than any of the answers that the bot asks for.
 */
export async function answerText(body: AsyncIterable<Uint8Array> | null): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body ?? []) {
    size += chunk.length;
    if (size > MAX_ANSWER_BYTES) throw new Error('the answer is too long');
    chunks.push(chunk);
  }
  return new TextDecoder().decode(Buffer.concat(chunks));
}
