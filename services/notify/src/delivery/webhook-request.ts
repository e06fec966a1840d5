import { Webhook } from 'standardwebhooks';
import { failureCodeOf, type Egress } from '@definitivedx/egress';
import type { Attempt, DueDelivery } from '../data/webhook-work.js';
import { retryAfterOf, verdictOf, type Verdict } from '../domain/webhook-retry.js';

export interface Sent {
  readonly attempt: Attempt;
  readonly verdict: Verdict;
  /** Milliseconds that the endpoint asked to be left alone. */
  readonly askedMs: number;
}

/**
 * Makes one attempt: signed with each secret that counts, to the address as it resolves now. Of the answer only the
 * status is read; its body could be anything.
 */
export async function attemptDelivery(
  egress: Egress,
  delivery: DueDelivery,
  at: Date,
  timeoutMs: number,
): Promise<Sent> {
  const begun = performance.now();
  const took = (): number => Math.round(performance.now() - begun);
  try {
    const { status, headers } = await egress.request({
      url: delivery.url,
      method: 'POST',
      headers: headersOf(delivery, at),
      body: delivery.body,
      totalMs: timeoutMs,
      maxBytes: 0,
    });
    const verdict = verdictOf(status);
    const outcome = verdict === 'delivered' ? 'delivered' : 'failed';
    return {
      attempt: { outcome, status, code: null, durationMs: took() },
      verdict,
      askedMs: retryAfterOf(headers['retry-after'], at),
    };
  } catch (error) {
    const code = failureCodeOf(error);
    const outcome = code === 'address-refused' ? 'refused' : 'failed';
    return { attempt: { outcome, status: null, code, durationMs: took() }, verdict: 'failed', askedMs: 0 };
  }
}

function headersOf(delivery: DueDelivery, at: Date): Record<string, string> {
  const { id, body, secret, previousSecret, previousUntil } = delivery;
  const secrets = [
    secret,
    ...(previousSecret !== null && previousUntil !== null && previousUntil > at ? [previousSecret] : []),
  ];
  return {
    'content-type': 'application/json; charset=utf-8',
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
    'webhook-signature': secrets.map((one) => new Webhook(one).sign(id, at, body)).join(' '),
  };
}
