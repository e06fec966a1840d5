import { Migration } from '@definitivedx/db';

/** The relations of docs/access-model.md that are not there yet: delegates, cover, governance, invite-only cases. */
export class Migration0008 extends Migration {
  override up(): void {
    this.addSql(`
      alter table organisation
        -- Its governance leads may open its cases, with a reason, only once it has turned that on.
        add column governance_access boolean not null default false`);
    // Whoever leaves the organisation leaves its duties in the same statement.
    this.addSql(`
      create table organisation_duty (
        organisation_id uuid not null,
        member_id uuid not null,
        duty text not null check (duty in ('cover', 'governance')),
        given_at timestamptz not null,
        primary key (organisation_id, duty, member_id),
        foreign key (member_id, organisation_id) references membership (member_id, organisation_id) on delete cascade
      )`);
    this.addSql('create index organisation_duty_member on organisation_duty (member_id, organisation_id)');
    this.addSql(`alter table case_ref add column invite_only boolean not null default false`);
    this.addSql(`
      alter table access_grant
        -- A delegate: may share and revoke as the requester may.
        add column control boolean not null default false check (not control or principal_kind = 'member'),
        add column reason text`);
    this.addSql(`
      create table governance_opening (
        id uuid primary key,
        case_id uuid not null references case_ref (case_id),
        member_id uuid not null references member (id),
        organisation_id uuid not null references organisation (id),
        reason text not null,
        opened_at timestamptz not null,
        ends_at timestamptz not null check (ends_at > opened_at)
      )`);
    this.addSql('create index governance_opening_case on governance_opening (case_id, member_id)');
  }
}
