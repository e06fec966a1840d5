import { Migration } from '@definitivedx/db';

const kinds = `'case-shared', 'case-posted', 'advice-given', 'access-ended', 'governance-opened',
  'hand-over-waiting', 'hand-over-leaving', 'hand-over-overdue', 'responsibility-given', 'responsibility-waiting',
  'consultation-asked', 'response-overdue', 'advice-unread', 'attend-now', 'phone-the-practice', 'nobody-left',
  'requester-left'`;
const templates = `'case-shared', 'case-posted', 'advice-given', 'governance-opened', 'hand-over-waiting',
  'hand-over-overdue', 'responsibility-given', 'responsibility-waiting', 'consultation-asked', 'response-overdue',
  'advice-unread', 'attend-now', 'phone-the-practice', 'nobody-left', 'cover-needed', 'test-page', 'dead-letter'`;

/** What people are told of responsibility, of answers that are late and of advice that nobody reads. */
export class Migration0006Chasing extends Migration {
  override up(): void {
    this.addSql(`
      alter table stream_entry
        drop constraint stream_entry_kind_check,
        add constraint stream_entry_kind_check check (kind in (${kinds}))`);
    this.addSql(`
      alter table mail
        drop constraint mail_template_check,
        add constraint mail_template_check check (template in (${templates})),
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
