import { Migration } from '@definitivedx/db';

/** Who asked to be erased, who was, and which service has done its part. */
export class Migration0011 extends Migration {
  override up(): void {
    this.addSql(`
      create table erasure (
        member_id uuid primary key references member (id),
        requested_at timestamptz,
        erased_at timestamptz,
        erased_by uuid,
        check (num_nonnulls(requested_at, erased_at) > 0),
        check ((erased_at is null) = (erased_by is null))
      )`);
    this.addSql(`
      create table erasure_part (
        member_id uuid not null references erasure (member_id),
        service text not null,
        at timestamptz not null,
        -- How many of what, by table.
        rows jsonb not null,
        primary key (member_id, service)
      )`);
    // What was done to a person is theirs to see.
    this.addSql('create index audit_subject on audit (subject_id, at, id) where subject_id is not null');
    // Accounts that went into another one: nothing leads from the person to them, so their words go now.
    this.addSql(`
      update member m set name = 'Merged account', email = m.id || '@merged.invalid'
       where status = 'disabled'
         and not exists (select from identity i where i.member_id = m.id)
         and not exists (select from membership ms where ms.member_id = m.id)`);
  }
}
