import { applyDecorators } from '@nestjs/common';
import { ApiHeader, ApiOperation, ApiResponse } from '@nestjs/swagger';
import type { z } from 'zod';
import { statusOf, type ErrorCode } from '@definitivedx/errors';

/** Any route behind a member door may answer with these. */
const everywhere: readonly ErrorCode[] = [
  'not-signed-in',
  'forbidden',
  'rate-limited',
  'unavailable',
  'internal',
];

interface Documentation {
  readonly summary: string;
  readonly description?: string;
  /** Schema of the reply's body. */
  readonly reply: z.ZodType;
  readonly status?: 200 | 201 | 202;
  /** Problems besides those any route may answer with. */
  readonly problems?: readonly ErrorCode[];
  /** The reply's ETag is the version of a case. */
  readonly versioned?: true;
  /** Of the reply, when it is not JSON. */
  readonly mediaType?: string;
}

const problemBody = { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } };

/** Describes a route in the API document: its reply and every problem it may answer with. */
export function Documented(documentation: Documentation): MethodDecorator {
  const { summary, description, reply, status = 200, problems = [], versioned, mediaType } = documentation;
  const headers = {
    ...(versioned
      ? { ETag: { description: 'Version of the case.', schema: { type: 'string' as const } } }
      : {}),
    ...(status === 201 || status === 202
      ? { Location: { description: 'Where to find it.', schema: { type: 'string' as const } } }
      : {}),
  };
  return applyDecorators(
    ApiOperation({ summary, ...(description ? { description } : {}) }),
    ApiResponse({
      status,
      description: summary,
      headers,
      ...(mediaType
        ? { content: { [mediaType]: { schema: { type: 'string' } } } }
        : { standardSchema: reply }),
    }),
    MayRefuse([...everywhere, ...problems]),
  );
}

/** Describes the problems a route may answer with, each by its codes. */
export function MayRefuse(problems: readonly ErrorCode[]): MethodDecorator {
  const byStatus = new Map<number, ErrorCode[]>();
  for (const code of problems) byStatus.set(statusOf[code], [...(byStatus.get(statusOf[code]) ?? []), code]);
  return applyDecorators(
    ...[...byStatus].map(([problem, codes]) =>
      ApiResponse({ status: problem, description: `Code ${codes.join(' or ')}.`, content: problemBody }),
    ),
  );
}

/** Documents the header that makes repeating a request safe. */
export const AcceptsIdempotencyKey = (): MethodDecorator =>
  ApiHeader({
    name: 'Idempotency-Key',
    required: false,
    description:
      'A fresh value per thing you want done, for example a UUID. Repeating the request with the same value within 24 hours returns the first reply (Idempotency-Replayed: true) and does nothing twice.',
    schema: { type: 'string', minLength: 1, maxLength: 200 },
  });
