import { z } from 'zod';
import { eventContracts, nudgeContracts, requestContracts } from '@definitivedx/contracts';

type Json = Record<string, unknown>;

const keyOf = (subject: string): string => subject.replaceAll('.', '_').replaceAll('-', '_');
const schemaOf = (schema: z.ZodType, io: 'input' | 'output'): unknown =>
  z.toJSONSchema(schema, { io, unrepresentable: 'any' });

/** AsyncAPI 3.0 document of everything on the bus. */
export function asyncApiDocument(): Json {
  const channels: Json = {};
  const operations: Json = {};
  for (const contract of requestContracts) {
    const key = keyOf(contract.subject);
    channels[key] = {
      address: contract.subject,
      description: contract.summary,
      messages: {
        request: { payload: schemaOf(contract.request, 'input') },
        reply: { payload: schemaOf(contract.reply, 'output') },
      },
    };
    operations[key] = {
      action: 'receive',
      summary: contract.summary,
      channel: { $ref: `#/channels/${key}` },
      messages: [{ $ref: `#/channels/${key}/messages/request` }],
      reply: {
        channel: { $ref: `#/channels/${key}` },
        messages: [{ $ref: `#/channels/${key}/messages/reply` }],
      },
    };
  }
  for (const contract of [...eventContracts, ...nudgeContracts]) {
    const key = keyOf(contract.subject);
    channels[key] = {
      address: contract.subject,
      description: contract.summary,
      messages: { event: { payload: schemaOf(contract.data, 'output') } },
    };
    operations[key] = { action: 'send', summary: contract.summary, channel: { $ref: `#/channels/${key}` } };
  }
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'DefinitiveDx bus',
      version: '1.0.0',
      description: 'Requests, events and nudges between services, over NATS.',
    },
    defaultContentType: 'application/json',
    channels,
    operations,
  };
}
