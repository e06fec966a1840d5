import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { listCases } from '@definitivedx/contracts';
import { NotAsExpected } from './failure.js';
import { describe, type Answer, type Method, type Session } from './session.js';

/**
 * Asserts that a case answers this person exactly as one that does not exist, whatever they try with it.
 * @returns the trace of the refused read.
 */
export async function expectHidden(
  session: Session,
  caseId: string,
  mine: string,
): Promise<string | undefined> {
  const note = { kind: 'note', body: 'Is anybody there?' };
  const attempts: readonly (readonly [Method, (id: string) => string, unknown?])[] = [
    ['GET', (id) => `/api/v1/cases/${id}`],
    ['POST', (id) => `/api/v1/cases/${id}/posts`, note],
    ['GET', (id) => `/api/v1/cases/${id}/audience`],
    ['GET', (id) => `/api/v1/cases/${id}/files`],
    ['POST', (id) => `/api/v1/cases/${id}/record-copy`],
    ['GET', (id) => `/api/v1/cases/${id}/timeline`],
    ['GET', (id) => `/api/v1/cases/${id}/responsibility`],
    ['GET', (id) => `/api/v1/cases/${id}/export.pdf`],
    ['PUT', (id) => `/api/v1/cases/${id}/follow`],
  ];
  let traceId: string | undefined;
  for (const [method, path, body] of attempts) {
    const refused = await session.call(method, path(caseId), body);
    const unknown = await session.call(method, path(randomUUID()), body);
    const what = `${method} ${path(caseId)} by ${mine}`;
    if (refused.status !== 404)
      throw new NotAsExpected(`${what} to be refused`, describe(refused), refused.traceId);
    if (!isDeepStrictEqual(shape(refused), shape(unknown))) {
      throw new NotAsExpected(
        `${what} to be answered exactly as for a case that does not exist (${describe(unknown)})`,
        `another answer (${describe(refused)})`,
        refused.traceId,
      );
    }
    traceId ??= refused.traceId;
  }
  return traceId;
}

/** What two answers are compared by: everything but what differs between any two requests. */
function shape({ status, headers, body }: Answer): unknown {
  const { traceId: _trace, instance: _instance, ...rest } = body as Record<string, unknown>;
  const perRequest = /^(date|x-trace-id|x-ratelimit-.*|connection|keep-alive)$/;
  return { status, rest, headers: [...headers].filter(([name]) => !perRequest.test(name)) };
}

/** Whether a case is in the person's list, looking at the first pages. */
export async function isListed(session: Session, caseId: string): Promise<boolean> {
  let cursor: string | null = null;
  for (let page = 0; page < 3; page += 1) {
    const query: string = cursor === null ? '' : `?cursor=${encodeURIComponent(cursor)}`;
    const { reply } = await session.must(listCases.reply, 'GET', `/api/v1/cases${query}`);
    if (reply.cases.some((listed) => listed.caseId === caseId)) return true;
    cursor = reply.nextCursor;
    if (cursor === null) return false;
  }
  return false;
}
