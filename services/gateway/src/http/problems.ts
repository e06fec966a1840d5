/** What any route on one case may answer with. */
export const onCase = ['invalid-input', 'not-found', 'consent-required'] as const;

/** What any request with a JSON body may answer with. */
export const onBody = ['payload-too-large', 'unsupported-media-type'] as const;

/** What any command may answer with. */
export const onCommand = [
  'conflict',
  'command-in-flight',
  'payload-too-large',
  'unsupported-media-type',
  'idempotency-key-reused',
] as const;
