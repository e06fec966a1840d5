import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { caseShared } from '@definitivedx/contracts';
import { until } from '@definitivedx/testing';
import { Ward } from './ward.js';

let ward: Ward;
beforeAll(async () => {
  ward = await Ward.open('program');
});
afterAll(() => ward.stop());

const tracesDir = (): string => join(ward.world.dir, 'traces');
const spanLines = (): string[] =>
  readdirSync(tracesDir()).flatMap((file) =>
    readFileSync(join(tracesDir(), file), 'utf8').split('\n').filter(Boolean),
  );

interface Span {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
}

const spanOf = (traceId: string, name: string): Promise<Span> =>
  until(
    () =>
      spanLines()
        .map((line) => JSON.parse(line) as Span)
        .find((span) => span.traceId === traceId && span.name === name),
    `the span "${name}"`,
  );

describe('the way from a share to its mail', () => {
  it('is one trace, and names nobody', async () => {
    const { caseId, event } = await ward.openCase();
    const traceId = randomBytes(16).toString('hex');
    const traceparent = `00-${traceId}-${randomBytes(8).toString('hex')}-01`;
    const messageId = await ward.world.publish(caseShared, caseId, event, undefined, { traceparent });
    await ward.sent(messageId);

    const consumed = await spanOf(traceId, `consume ${caseShared.subject}`);
    const mailed = await spanOf(traceId, 'mail send');
    expect(mailed.parentSpanId).toBe(consumed.spanId);

    const log = readFileSync(join(ward.world.dir, 'notify.log'), 'utf8');
    expect(log).toContain('"mail-sent"');
    for (const output of [log, spanLines().join('\n')]) {
      expect(output).not.toContain(ward.onCall.email);
      expect(output).not.toContain('Demo member');
    }
  });
});
