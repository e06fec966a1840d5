/** Something was not as it should be; the message says what was expected and what came instead. */
export class NotAsExpected extends Error {
  override name = 'NotAsExpected';

  constructor(
    expected: string,
    got: string,
    /** The trace of the answer that was not as expected. */
    readonly traceId?: string,
  ) {
    super(`Expected ${expected}; got ${got}.`);
  }
}
