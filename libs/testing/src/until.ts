/**
 * Waits until something that happens on its own has happened.
 * @returns the first result that is neither false nor undefined nor null.
 * @throws Error after `within` milliseconds, with the last failure as its cause.
 */
export async function until<T>(
  look: () => Promise<T | false | undefined | null> | T | false | undefined | null,
  what = 'the expected state',
  within = 15_000,
): Promise<T> {
  const deadline = Date.now() + within;
  let cause: unknown;
  for (;;) {
    try {
      const found = await look();
      if (found !== false && found !== undefined && found !== null) return found;
      cause = undefined;
    } catch (error) {
      cause = error;
    }
    if (Date.now() > deadline)
      throw new Error(`${what} did not come about within ${String(within)} ms`, { cause });
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}
