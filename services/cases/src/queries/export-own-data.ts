import { asMember, type Caller } from '@definitivedx/auth';
import { exportPage } from '@definitivedx/bus';
import type { ExportedSection, ExportPage } from '@definitivedx/contracts';
import { memberSections } from '../data/member-export.js';
import { openDraft } from '../data/sealed-drafts.js';
import type { DraftsContext } from '../drafts-context.js';

/** A page of what this service keeps about the caller, drafts opened. @throws AppError `invalid-input` for a cursor that is none */
export async function exportOwnData(
  drafts: DraftsContext,
  caller: Caller,
  after: string | undefined,
): Promise<ExportPage> {
  const { memberId } = asMember(caller);
  const page = await exportPage(drafts.service.db, memberSections, caller, after);
  const sections: ExportedSection[] = [];
  for (const section of page.sections) {
    sections.push(section.name === 'drafts' ? await opened(drafts, memberId, section) : section);
  }
  return { ...page, sections };
}

/** The same with what is in the drafts in place of its ciphertext. */
async function opened(
  { keys }: DraftsContext,
  memberId: string,
  section: ExportedSection,
): Promise<ExportedSection> {
  const rows: ExportedSection['rows'] = [];
  for (const { keyId, wrappedKey, sealed, ...row } of section.rows) {
    const stored = {
      keyId: String(keyId),
      wrappedKey: Buffer.from(String(wrappedKey), 'base64'),
      sealed: Buffer.from(String(sealed), 'base64'),
    };
    const owner = { draftId: String(row['draftId']), memberId };
    rows.push({ ...row, content: await openDraft(keys, owner, stored) });
  }
  return { ...section, rows };
}
