import { Migration } from '@definitivedx/db';

/** Pages sent as a test, and the mail about them. */
export class Migration0005TestPages extends Migration {
  override up(): void {
    this.addSql(`
      create table test_page (
        id uuid primary key,
        organisation_id uuid not null,
        panel_id uuid not null,
        member_id uuid not null,
        at timestamptz not null,
        acknowledged_at timestamptz check (acknowledged_at >= at)
      )`);
    this.addSql(`create index test_page_of_organisation on test_page (organisation_id, at desc, id desc)`);
    this.addSql(`
      alter table mail
        drop constraint mail_template_check,
        add constraint mail_template_check check (template in
          ('case-shared', 'case-posted', 'advice-given', 'governance-opened',
           'hand-over-waiting', 'hand-over-overdue', 'test-page', 'dead-letter')),
        drop constraint mail_about,
        add constraint mail_about check (
          case when template = 'dead-letter' then member_id is null and alert is not null
               when template in ('hand-over-waiting', 'hand-over-overdue')
                 then member_id is not null and hand_over_id is not null
               when template = 'test-page' then member_id is not null
               else member_id is not null and case_id is not null end
        )`);
  }
}
