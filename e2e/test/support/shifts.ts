import { createHash, randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from '@jest/globals';
import {
  acceptHandOver,
  anonymisationDuty,
  createCase,
  fileDoor,
  fileSummary,
  listFiles,
  myHandOvers,
  takeOverShift,
} from '@definitivedx/contracts';
import type { System } from '@definitivedx/stack';
import { until } from '@definitivedx/testing';
import { newCase, type Clinic, type Member } from './people.js';
import { rows } from './rows.js';

const hashOf = (content: Uint8Array): string => createHash('sha256').update(content).digest('hex');

/** Doctors who take the shift from each other, again and again, while cases with files come in. */
export class Shifts {
  /** Every case that was acknowledged. */
  readonly caseIds: string[] = [];
  /** Every file that was acknowledged: its id → hash of its content. */
  readonly files = new Map<string, string>();
  accepted = 0;
  changes = 0;

  constructor(
    private readonly clinic: Clinic,
    private readonly doctors: readonly [Member, Member],
  ) {}

  /**
   * Shares so many cases, one after the other, each with a file; every request is repeated under its key until it is
   * acknowledged.
   */
  async share(count: number): Promise<void> {
    const { gp, panelId } = this.clinic;
    for (let i = 0; i < count; i += 1) {
      const body = newCase(panelId, `case ${String(i)}`);
      const { reply } = await gp.session.must(createCase.reply, 'POST', '/api/v1/cases', body);
      this.caseIds.push(reply.caseId);
      await this.attach(reply.caseId);
    }
  }

  /** Attaches a PDF, as far as its content says, of up to three segments. */
  private async attach(caseId: string): Promise<void> {
    const content = Buffer.concat([
      Buffer.from('%PDF-1.7\n'),
      randomBytes(1 + (this.files.size % 3) * 1_048_576),
    ]);
    const { reply } = await this.clinic.gp.session.must(
      fileSummary,
      'POST',
      `/api/v1/cases/${caseId}/files`,
      content,
      {
        [fileDoor.headers.attestationVersion]: anonymisationDuty.version,
        [fileDoor.headers.attestationHash]: anonymisationDuty.hash,
      },
    );
    this.files.set(reply.fileId, hashOf(content));
  }

  /** Asserts that whoever is on call reads each acknowledged file as it was sent, and that there are no others. */
  async expectFilesReadable(reader: Member): Promise<void> {
    for (const [fileId, hash] of this.files) {
      const { status, content } = await reader.session.download(`/api/v1/files/${fileId}`);
      expect([fileId, status, hashOf(content)]).toEqual([fileId, 200, hash]);
    }
    const listed: string[] = [];
    for (const caseId of this.caseIds) {
      const path = `/api/v1/cases/${caseId}/files`;
      const { reply } = await reader.session.must(listFiles.reply, 'GET', path);
      listed.push(...reply.files.map((file) => file.fileId));
    }
    expect(listed.sort()).toEqual([...this.files.keys()].sort());
  }

  /** One change: the other doctor takes over, and accepts what is handed to them. @returns who is on call now. */
  async change(): Promise<Member> {
    const incoming = this.doctors[(this.changes + 1) % 2] ?? this.doctors[0];
    await incoming.session.must(
      takeOverShift.reply,
      'POST',
      `/api/v1/panels/${this.clinic.panelId}/take-over`,
    );
    this.changes += 1;
    // The list is made a moment after; what is not accepted now is handed on by the next change.
    await sleep(300);
    await this.accept(incoming);
    return incoming;
  }

  /** Accepts all that is listed to a doctor now. @returns how many cases that were. */
  async accept(doctor: Member): Promise<number> {
    const { reply } = await doctor.session.must(myHandOvers.reply, 'GET', '/api/v1/hand-overs');
    const waiting = reply.handOvers
      .filter(({ incomingId }) => incomingId === doctor.memberId)
      .flatMap(({ items }) => items.filter(({ acceptedAt }) => acceptedAt === null));
    for (const { caseId } of waiting) {
      const path = `/api/v1/cases/${caseId}/hand-over-acceptance`;
      const { reply: accepted } = await doctor.session.must(acceptHandOver.reply, 'POST', path);
      expect(accepted.responsibleId).toBe(doctor.memberId);
    }
    this.accepted += waiting.length;
    return waiting.length;
  }
}

interface Spell {
  readonly case_id: string;
  readonly member_id: string;
  readonly from_at: Date;
  readonly until_at: Date | null;
}

/** Asserts that someone was responsible for each case at any instant from its creation on, and never two. */
export async function expectNoGapNorOverlap(system: System, caseIds: readonly string[]): Promise<void> {
  const spells = await rows<Spell>(
    system,
    'cases',
    'select case_id, member_id, from_at, until_at from responsibility order by case_id, from_at, id',
  );
  const created = await rows<{ id: string; created_at: Date }>(
    system,
    'cases',
    'select id, created_at from cases',
  );
  const bySpell = Map.groupBy(spells, (spell) => spell.case_id);
  expect([...bySpell.keys()].sort()).toEqual([...caseIds].sort());
  for (const { id, created_at: createdAt } of created) {
    const own = bySpell.get(id) ?? [];
    // Each begins where the one before ended, the first with the case; the last has not ended.
    expect(own.map(({ from_at }) => from_at)).toEqual([
      createdAt,
      ...own.slice(0, -1).map(({ until_at }) => until_at),
    ]);
    expect(own.at(-1)?.until_at).toBeNull();
    // Nobody takes over from themselves: that would be an effect twice.
    expect(own.filter(({ member_id }, i) => member_id === own[i - 1]?.member_id)).toEqual([]);
  }
}

/** Asserts that each move of responsibility was told once. */
export async function expectEachMoveTold(system: System): Promise<void> {
  const moves = await rows<{ what: string }>(
    system,
    'cases',
    `select case_id || ' ' || member_id as what from responsibility where reason in ('hand-over', 'take-over') order by 1`,
  );
  const told = await rows<{ what: string }>(
    system,
    'cases',
    `select payload->>'caseId' || ' ' || (payload->>'toMemberId') as what
     from outbox where subject = 'evt.cases.responsibility-moved.v1' order by 1`,
  );
  expect(told).toEqual(moves);
}

/** Waits until the doctor on call answers for every open case and nothing waits to be accepted: none was dropped. */
export async function expectNoneDropped(system: System, shifts: Shifts, onCall: Member): Promise<void> {
  const elsewhere = async (): Promise<number> =>
    (
      await rows(system, 'cases', 'select from responsibility where until_at is null and member_id <> $1', [
        onCall.memberId,
      ])
    ).length;
  const waiting = 'select from hand_over_item where accepted_at is null and dropped_at is null';
  await until(
    async () => {
      await shifts.accept(onCall);
      return (await elsewhere()) === 0 && (await rows(system, 'notify', waiting)).length === 0;
    },
    'every case to have come to the doctor on call',
    60_000,
  );
}
