/**
 * What is sent, as the Standard Webhooks specification shapes it. Written once and kept: each attempt sends, and signs,
 * the very same bytes.
 */
export const webhookBody = (
  type: string,
  at: Date,
  data: Readonly<Record<string, string | boolean>>,
): string => JSON.stringify({ type, timestamp: at.toISOString(), data });
