import { randomUUID } from 'node:crypto';
import { anonymisationDuty } from '@definitivedx/contracts';
import { compare, type Comparison } from '../compare.js';
import type { Call } from '../load.js';
import type { Options } from '../options.js';
import { signedIn, type SignedIn, type Stage } from '../stage.js';

const clinical = {
  question:
    'Seven days of fever without a focus in a child who looks well. Which investigations would you do in primary care?',
  history:
    'Fever up to 39.2 in the evenings since day 1. Drinking and passing urine. No rash, no joint swelling. Vaccinated. '.repeat(
      4,
    ),
  ageBand: '2-5 years',
  sex: 'not-relevant',
  intendedAction: 'unsure',
  priority: 'routine',
  consent: { sharing: 'parent-or-carer' },
};

/** Both sides set up: who asks and who answers, the panel asked, and the floor's session. */
export async function prepare(stage: Stage): Promise<{
  gp: SignedIn;
  specialist: SignedIn;
  panelId: string;
  floorHeaders: Record<string, string>;
}> {
  const gp = await signedIn(stage, 'gp');
  const specialist = await signedIn(stage, 'specialist-on-call');
  const { body } = await gp.session.call('GET', '/api/v1/panels');
  const panelId = (body as { panels: { panelId: string }[] }).panels[0]?.panelId ?? '';
  const floorHeaders = { cookie: `session=${randomUUID()}` };
  await fetch(new URL('/session', stage.floorUrl), { method: 'POST', headers: floorHeaders });
  return { gp, specialist, panelId, floorHeaders };
}

const newCase = (panelId: string): object => ({
  ...clinical,
  attestation: { version: anonymisationDuty.version, hash: anonymisationDuty.hash },
  audience: [{ kind: 'panel', panelId }],
});

/** Shares so many cases, one after the other. @returns their ids. */
export async function casesOf(
  url: URL,
  headers: Readonly<Record<string, string>>,
  panelId: string,
  count: number,
): Promise<string[]> {
  const ids: string[] = [];
  for (let i = 0; i < count; i += 1) {
    const response = await fetch(new URL('/api/v1/cases', url), {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json', 'idempotency-key': randomUUID() },
      body: JSON.stringify(newCase(panelId)),
    });
    ids.push(((await response.json()) as { caseId: string }).caseId);
  }
  return ids;
}

/** POST of a case, up to and with its notification; against the same durable rows written by the floor. */
export async function createFlow(
  stage: Stage,
  options: Options,
  note: (line: string) => void,
): Promise<Comparison> {
  const { gp, panelId, floorHeaders } = await prepare(stage);
  const body = JSON.stringify(newCase(panelId));
  const call = (headers: Readonly<Record<string, string>>) => (): Call => ({
    method: 'POST',
    path: '/api/v1/cases',
    headers: { ...headers, 'idempotency-key': randomUUID() },
    body,
  });
  return compare(
    'create',
    {
      ours: { url: stage.systemUrl, next: call(gp.headers), expected: 201, processes: stage.systemProcesses },
      floor: {
        url: stage.floorUrl,
        next: call(floorHeaders),
        expected: 201,
        processes: stage.floorProcesses,
      },
    },
    options,
    note,
    () => stage.analyze(),
  );
}

/** POST of a note by the requester, up to and with the specialist's notification; against the same rows of the floor. */
export async function postFlow(
  stage: Stage,
  options: Options,
  note: (line: string) => void,
): Promise<Comparison> {
  const { gp, panelId, floorHeaders } = await prepare(stage);
  const ours = await casesOf(stage.systemUrl, gp.headers, panelId, 200);
  const floor = await casesOf(stage.floorUrl, floorHeaders, panelId, 200);
  const body = JSON.stringify({ kind: 'note', body: clinical.history });
  const call =
    (ids: readonly string[], headers: Readonly<Record<string, string>>) =>
    (i: number): Call => ({
      method: 'POST',
      path: `/api/v1/cases/${ids[i % ids.length] ?? ''}/posts`,
      headers: { ...headers, 'idempotency-key': randomUUID() },
      body,
    });
  return compare(
    'post',
    {
      ours: {
        url: stage.systemUrl,
        next: call(ours, gp.headers),
        expected: 201,
        processes: stage.systemProcesses,
      },
      floor: {
        url: stage.floorUrl,
        next: call(floor, floorHeaders),
        expected: 201,
        processes: stage.floorProcesses,
      },
    },
    options,
    note,
    () => stage.analyze(),
  );
}

/** GET of a case: decided, audited, read. */
export async function readFlow(
  stage: Stage,
  options: Options,
  note: (line: string) => void,
): Promise<Comparison> {
  const { gp, panelId, floorHeaders } = await prepare(stage);
  const ours = await casesOf(stage.systemUrl, gp.headers, panelId, 200);
  const floor = await casesOf(stage.floorUrl, floorHeaders, panelId, 200);
  const call =
    (ids: readonly string[], headers: Readonly<Record<string, string>>) =>
    (i: number): Call => ({
      method: 'GET',
      path: `/api/v1/cases/${ids[i % ids.length] ?? ''}`,
      headers,
    });
  return compare(
    'read',
    {
      ours: {
        url: stage.systemUrl,
        next: call(ours, gp.headers),
        expected: 200,
        processes: stage.systemProcesses,
      },
      floor: {
        url: stage.floorUrl,
        next: call(floor, floorHeaders),
        expected: 200,
        processes: stage.floorProcesses,
      },
    },
    options,
    note,
    () => stage.analyze(),
  );
}
