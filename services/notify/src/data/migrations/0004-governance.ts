import { Migration } from '@definitivedx/db';

/** A requester is told when governance opens their case. */
export class Migration0004Governance extends Migration {
  override up(): void {
    this.addSql(`
      alter table stream_entry
        drop constraint stream_entry_kind_check,
        add constraint stream_entry_kind_check check (kind in
          ('case-shared', 'case-posted', 'advice-given', 'access-ended', 'governance-opened',
           'hand-over-waiting', 'hand-over-leaving', 'hand-over-overdue'))`);
    this.addSql(`
      alter table mail
        drop constraint mail_template_check,
        add constraint mail_template_check check (template in
          ('case-shared', 'case-posted', 'advice-given', 'governance-opened',
           'hand-over-waiting', 'hand-over-overdue', 'dead-letter'))`);
  }
}
