import { Readable } from 'node:stream';
import type { FastifyReply } from 'fastify';
import { decodeJwt } from 'jose';
import type { MemberCaller } from '@definitivedx/auth';
import { exportPage, type ServiceContext } from '@definitivedx/bus';
import { exportMember, servicesWithMembers, type ExportPage } from '@definitivedx/contracts';
import { memberSections } from '../data/member-export.js';

type Pages = (after: string | undefined) => Promise<ExportPage>;

/**
 * Sends all that is kept about the caller as one JSON document, page by page as the client reads. The first page comes before
 * the reply begins, so that a refusal is an answer; a failure later on cuts the reply off, and what there is, is no JSON.
 */
export async function sendMemberExport(
  service: ServiceContext,
  reply: FastifyReply,
  caller: MemberCaller,
): Promise<void> {
  const { bus, db, clock } = service;
  const pagesOf =
    (name: (typeof servicesWithMembers)[number]): Pages =>
    (after) =>
      bus.request(exportMember(name), caller, after === undefined ? {} : { after });
  const parts: [string, Pages][] = servicesWithMembers.map((name) => [name, pagesOf(name)]);
  parts.push(['gateway', async (after) => readable(await exportPage(db, memberSections, caller, after))]);
  const first = await pagesOf(servicesWithMembers[0])(undefined);
  const about = {
    format: 'definitivedx-member',
    version: 1,
    memberId: caller.memberId,
    exportedAt: clock.now().toISOString(),
    more: 'What is stored why, and for how long: /data-map. Files are downloaded from their cases.',
  };
  void reply
    .header('content-type', 'application/json; charset=utf-8')
    .header('content-disposition', 'attachment; filename="my-data.json"')
    .header('x-content-type-options', 'nosniff')
    .header('cache-control', 'no-store');
  await reply.send(Readable.from(written(about, parts, first)));
}

async function* written(
  about: object,
  parts: readonly [string, Pages][],
  first: ExportPage,
): AsyncGenerator<string> {
  yield `{"about":${JSON.stringify(about)}`;
  let ready: ExportPage | undefined = first;
  for (const [name, pages] of parts) {
    yield `,${JSON.stringify(name)}:{`;
    let open: string | undefined;
    let rows = 0;
    for (let page: ExportPage | undefined = ready ?? (await pages(undefined)); page !== undefined;) {
      ready = undefined;
      for (const section of page.sections) {
        if (section.name !== open) {
          yield `${open === undefined ? '' : '],'}${JSON.stringify(section.name)}:[`;
          open = section.name;
          rows = 0;
        }
        yield section.rows.map((row) => `${rows++ === 0 ? '' : ','}${JSON.stringify(row)}`).join('');
      }
      const { next }: ExportPage = page;
      page = next === null ? undefined : await pages(next);
    }
    yield open === undefined ? '}' : ']}';
  }
  yield '}';
}

/** A token lets in whoever holds it; what it says is the person's. */
const readable = (page: ExportPage): ExportPage => ({
  ...page,
  sections: page.sections.map(({ name, rows }) => ({
    name,
    rows: rows.map(({ idToken, ...row }) =>
      typeof idToken === 'string' ? { ...row, issuerSaid: decodeJwt(idToken) } : row,
    ),
  })),
});
