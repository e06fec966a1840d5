import { Migration } from '@definitivedx/db';

/** Cases are also filed under the practice they belong to, for those who cover for its requesters. */
export class Cases0003 extends Migration {
  override up(): void {
    this.addSql(`
      alter table audience drop constraint audience_kind_check,
        add constraint audience_kind_check check (kind in ('requester', 'practice', 'member', 'panel', 'everyone')),
        drop constraint audience_check,
        add constraint audience_check check ((kind in ('requester', 'practice')) = (grant_id is null)),
        drop constraint audience_grant,
        add constraint audience_grant unique (case_id, grant_id)`);
    this.addSql(`create unique index audience_asker on audience (case_id, kind) where grant_id is null`);
    this.addSql(`
      insert into audience (case_id, grant_id, kind, principal, expires_at, last_activity_at)
      select id, null, 'practice', organisation_id, null, last_activity_at from cases`);
  }
}
