import { Migration } from '@definitivedx/db';

/**
 * More that people are told of cases. What there is to tell is listed in the contract of the stream and in the texts of
 * mails, from which both columns are written; a second list here had to be written anew with every kind.
 */
export class Migration0006News extends Migration {
  override up(): void {
    this.addSql('alter table stream_entry drop constraint stream_entry_kind_check');
    this.addSql(`
      alter table mail
        drop constraint mail_template_check,
        drop constraint mail_about,
        add constraint mail_about check (
          case when template = 'dead-letter' then member_id is null and alert is not null
               when template in ('hand-over-waiting', 'hand-over-overdue')
                 then member_id is not null and hand_over_id is not null
               when template in ('test-page', 'cover-needed') then member_id is not null
               else member_id is not null and case_id is not null end
        )`);
  }
}
