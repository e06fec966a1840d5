import { randomUUID } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { MemberCaller } from '@definitivedx/auth';
import {
  anonymisationDuty,
  fileDoor,
  registerMember,
  registerOrganisation,
  revokeGrant,
  shareCase,
  type AudienceEntry,
} from '@definitivedx/contracts';
import type { RunningService } from '@definitivedx/bus';
import { statement, type Database } from '@definitivedx/db';
import { startWorld, type World } from '@definitivedx/testing';
import { appModule } from '../../src/app.module.js';
import type { FilesConfig, FilesOptions } from '../../src/config.js';
import { databaseOptions } from '../../src/data/database.js';
import { FilesContext } from '../../src/files-context.js';
import { serviceOptions } from '../../src/http/server.js';

export const megabyte = 1024 * 1024;
const { headers } = fileDoor;

/** What fetch takes as the body of a request. */
type Body = NonNullable<RequestInit['body']>;

/** Someone in the test, signed in anew at each use. */
export interface Person {
  readonly memberId: string;
  readonly caller: () => Promise<MemberCaller>;
}

export interface Upload {
  readonly fileId?: string;
  readonly name?: string;
  readonly headers?: Record<string, string>;
}

/** A practice on the real stack: `files` in this process, `access` as the built program. */
export class Surgery {
  private people = 0;

  private constructor(
    readonly world: World,
    readonly files: RunningService,
    readonly context: FilesContext,
    readonly db: Database,
    private readonly organisationId: string,
    /** Where the directory store keeps objects, unless the options say otherwise. */
    readonly dir: string,
  ) {}

  static async open(
    options: (world: World) => Promise<Partial<FilesOptions>> | Partial<FilesOptions> = () => ({}),
  ): Promise<Surgery> {
    const world = await startWorld();
    try {
      await world.startProgram('access');
      const dir = join(world.dir, 'objects');
      const config: FilesOptions = {
        keyringFile: world.secrets.filesKeyringFile,
        maxFileBytes: 8 * megabyte,
        uploadsAtOnce: 16,
        downloadsAtOnce: 16,
        store: { kind: 'directory', path: dir },
        ...(await options(world)),
      };
      const files = await world.service<FilesConfig>('files', appModule, databaseOptions, {
        config: { ...config },
        options: serviceOptions,
      });
      const { organisationId } = await world.request(registerOrganisation, await world.as('operator'), {
        odsCode: 'A81001',
        name: 'North Practice',
        kind: 'practice',
      });
      const db = await world.database('files');
      return new Surgery(world, files, files.app.get(FilesContext), db, organisationId, dir);
    } catch (error) {
      // Jest has nothing to stop when this fails, and what runs would keep running.
      await world.stop();
      throw error;
    }
  }

  async person(): Promise<Person> {
    const number = String((this.people += 1));
    const { memberId } = await this.world.request(registerMember, await this.world.as('operator'), {
      issuer: 'https://identity.invalid',
      subject: `person-${number}`,
      name: `Demo person ${number}`,
      email: `person-${number}@demo.invalid`,
      memberships: [{ odsCode: 'A81001', roles: ['clinician', 'specialist'] }],
    });
    const { organisationId } = this;
    const roles = ['clinician', 'specialist'] as const;
    return { memberId, caller: () => this.world.member({ memberId, organisationId, roles }) };
  }

  /** A case, as far as access knows it. @returns its id and the grant of each invited person. */
  async share(by: Person, to: readonly Person[]): Promise<{ caseId: string; grantIds: string[] }> {
    const caseId = randomUUID();
    const entries = to.map(({ memberId }) => ({
      grantId: randomUUID(),
      entry: { kind: 'member', memberId } satisfies AudienceEntry,
    }));
    await this.world.request(shareCase, await by.caller(), { caseId, entries });
    return { caseId, grantIds: entries.map(({ grantId }) => grantId) };
  }

  async revoke(by: Person, caseId: string, grantId: string): Promise<void> {
    await this.world.request(revokeGrant, await by.caller(), { caseId, grantId });
  }

  /** The headers of an upload, as the gateway sends them. */
  async uploadHeaders(
    by: Person,
    caseId: string,
    { fileId, name, headers: more }: Upload = {},
  ): Promise<Record<string, string>> {
    return {
      [headers.caller]: (await by.caller()).token,
      [headers.caseId]: caseId,
      [headers.fileId]: fileId ?? randomUUID(),
      [headers.attestationVersion]: anonymisationDuty.version,
      [headers.attestationHash]: anonymisationDuty.hash,
      'content-type': 'application/octet-stream',
      'content-disposition': `attachment; filename*=UTF-8''${encodeURIComponent(name ?? 'note.txt')}`,
      ...more,
    };
  }

  async upload(by: Person, caseId: string, content: Body, options: Upload = {}): Promise<Response> {
    return fetch(this.address(), {
      method: 'POST',
      headers: await this.uploadHeaders(by, caseId, options),
      body: content,
      ...(content instanceof ReadableStream ? { duplex: 'half' } : {}),
    });
  }

  /** Uploads what must be taken. @returns the file's id. */
  async add(by: Person, caseId: string, content: Body, options: Upload = {}): Promise<string> {
    const response = await this.upload(by, caseId, content, options);
    if (response.status !== 201) throw new Error(`${String(response.status)}: ${await response.text()}`);
    return ((await response.json()) as { fileId: string }).fileId;
  }

  async download(by: Person, fileId: string, more: Record<string, string> = {}): Promise<Response> {
    return fetch(`${this.address()}/${fileId}`, {
      headers: { [headers.caller]: (await by.caller()).token, ...more },
    });
  }

  address(): string {
    return `${this.files.url}${fileDoor.path}`;
  }

  /** Everything the directory store holds. */
  objects(): string[] {
    try {
      return readdirSync(this.dir, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name));
    } catch {
      return [];
    }
  }

  rows<Row>(name: string, text: string, values: readonly unknown[] = []): Promise<Row[]> {
    return this.db.run(statement<Row>(`test-${name}`, text), values);
  }

  /** Where the object of a file lies. */
  async objectOf(fileId: string): Promise<string> {
    const [row] = await this.rows<{ key: string }>(
      'object-key',
      'select object_key as key from file where id = $1',
      [fileId],
    );
    const path = this.objects().find((candidate) => candidate.endsWith(row?.key ?? '-'));
    if (path === undefined) throw new Error(`no object of ${fileId}`);
    return path;
  }
}

/** A problem document without what differs from request to request. */
export async function problemOf(response: Response): Promise<Record<string, unknown>> {
  const { traceId: _, ...problem } = (await response.json()) as Record<string, unknown>;
  return problem;
}

/** Plain text of a length, different from one call to the next. */
export const aText = (bytes: number): string => {
  const line = `${randomUUID()} Day 3 of fever, well hydrated.\n`;
  return line.repeat(Math.ceil(bytes / line.length)).slice(0, bytes);
};
