import { Migration } from '@definitivedx/db';

/**
 * Places in an organisation that can end and begin again, organisations that can close, and an audit that also says
 * through which program and from where. `acting` is who may act for what now; every decision goes through it.
 */
export class Migration0003 extends Migration {
  override up(): void {
    this.addSql(`
      alter table organisation
        add column status text not null default 'active' check (status in ('active', 'closed'))`);
    this.addSql(`
      alter table membership
        add column status text not null default 'active' check (status in ('active', 'ended')),
        add column ended_at timestamptz,
        add check ((status = 'ended') = (ended_at is not null))`);
    this.addSql(`
      create view acting as
        select m.id as member_id, ms.organisation_id, ms.roles, ms.position
          from member m
          join membership ms on ms.member_id = m.id and ms.status = 'active'
          join organisation o on o.id = ms.organisation_id and o.status = 'active'
         where m.status = 'active'`);
    this.addSql(`
      alter table audit
        add column origin text,
        add column detail jsonb,
        drop constraint audit_actor_kind_check,
        drop constraint audit_check,
        drop constraint audit_via_check,
        add constraint audit_actor_kind_check check (actor_kind in ('member', 'client', 'service', 'unknown')),
        add constraint audit_actor_check check ((actor_id is null) = (actor_kind in ('service', 'unknown'))),
        add constraint audit_via_check
          check (via in ('requester', 'delegate', 'cover', 'governance', 'member', 'panel', 'everyone'))`);
    this.addSql(
      'create index audit_organisation on audit (organisation_id, id) where organisation_id is not null',
    );
  }
}
