import { createHmac } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { createWebhook, deleteWebhook, pingWebhook } from '@definitivedx/contracts';
import { NotAsExpected } from './failure.js';
import type { Person } from './person.js';
import type { Step } from './step.js';

/** Receives a ping on this machine and checks its signature as the Standard Webhooks specification says. */
export async function receiveWebhook(step: Step, admin: Person, then: () => Promise<void>): Promise<void> {
  const endpoint = await openEndpoint(admin);
  try {
    await step('Receiving a webhook', () => receivePing(admin, endpoint));
    await then();
  } finally {
    await endpoint.close();
  }
}

interface Endpoint {
  readonly webhookId: string;
  readonly secret: string;
  readonly received: Promise<{ headers: Record<string, unknown>; body: string }>;
  close(): Promise<void>;
}

const hooks = '/api/v1/organisation/webhooks';

async function openEndpoint(admin: Person): Promise<Endpoint> {
  const received = Promise.withResolvers<{ headers: Record<string, unknown>; body: string }>();
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (part: string) => (body += part));
    request.on('end', () => {
      response.writeHead(204).end();
      received.resolve({ headers: request.headers, body });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/hook`;
  const { reply } = await admin.session.must(createWebhook.reply, 'POST', hooks, {
    url,
    eventTypes: ['case.shared'],
  });
  return {
    ...reply,
    received: received.promise,
    async close() {
      server.closeAllConnections();
      server.close();
      await admin.session.must(deleteWebhook.reply, 'DELETE', `${hooks}/${reply.webhookId}`);
    },
  };
}

async function receivePing(admin: Person, { webhookId, secret, received }: Endpoint) {
  const { traceId } = await admin.session.must(pingWebhook.reply, 'POST', `${hooks}/${webhookId}/ping`);
  const late = sleep(15_000, undefined, { ref: false }).then(() => {
    throw new NotAsExpected('a delivery within 15 s', 'none', traceId);
  });
  const { headers, body } = await Promise.race([received, late]);
  const signed = [headers['webhook-id'], headers['webhook-timestamp'], body].join('.');
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  const signature = `v1,${createHmac('sha256', key).update(signed).digest('base64')}`;
  if (!String(headers['webhook-signature']).split(' ').includes(signature)) {
    throw new NotAsExpected('the delivery to be signed with the secret', 'another signature', traceId);
  }
  const says = 'A webhook of the trust received a ping, signed with its secret.';
  return { says, traceId, value: undefined };
}
