import { createHash } from 'node:crypto';
import { fileDoor, fileSummary } from '@definitivedx/contracts';
import { NotAsExpected } from './failure.js';
import type { Person } from './person.js';
import { drawPicture } from './picture.js';
import { showDuty, type Shared } from './sharing.js';
import type { Step } from './step.js';

/** A file that was attached, and what it has to be when it is read back. */
export interface Attached {
  readonly fileId: string;
  readonly name: string;
  readonly sha256: string;
}

const hashOf = (content: Uint8Array): string => createHash('sha256').update(content).digest('hex');

/** The GP is told what not to send, attests, and attaches a picture. */
export async function attachPicture(step: Step, gp: Person, { caseId }: Shared): Promise<Attached> {
  const attestation = await showDuty(step, gp, 'attaching a picture');
  return step('Attaching a picture', async () => {
    const picture = drawPicture();
    const { reply, traceId } = await gp.session.must(
      fileSummary,
      'POST',
      `/api/v1/cases/${caseId}/files`,
      picture,
      {
        'content-disposition': `attachment; filename*=UTF-8''${encodeURIComponent('forearm, day 3.png')}`,
        [fileDoor.headers.attestationVersion]: attestation.version,
        [fileDoor.headers.attestationHash]: attestation.hash,
      },
    );
    if (reply.bytes !== picture.length || reply.mediaType !== 'image/png') {
      throw new NotAsExpected(
        `a PNG of ${String(picture.length)} bytes`,
        `${reply.mediaType} of ${String(reply.bytes)} bytes`,
        traceId,
      );
    }
    const says = `${gp.name} attested that and attached "${reply.name}" (${String(reply.bytes)} bytes), which is stored encrypted.`;
    return { says, traceId, value: { fileId: reply.fileId, name: reply.name, sha256: hashOf(picture) } };
  });
}

export const readPicture = (step: Step, { session, name }: Person, file: Attached): Promise<void> =>
  step('Opening the picture', async () => {
    const path = `/api/v1/files/${file.fileId}`;
    const { status, headers, content } = await session.download(path);
    const traceId = headers.get('x-trace-id') ?? undefined;
    if (status !== 200 || hashOf(content) !== file.sha256) {
      throw new NotAsExpected(
        'the picture as it was attached',
        `status ${String(status)}, ${String(content.length)} bytes`,
        traceId,
      );
    }
    if (!headers.get('content-disposition')?.startsWith('attachment')) {
      throw new NotAsExpected('the picture as an attachment', 'something a browser would show', traceId);
    }
    const says = `${name} opened "${file.name}": byte for byte what was attached, as an attachment.`;
    return { says, traceId, value: undefined };
  });
