import { Migration } from '@definitivedx/db';

/**
 * More that people are told of a case. What there is to tell is listed in the contract of the stream and in the texts of
 * mails, from which both columns are written; a second list here had to be written anew with every kind.
 */
export class Migration0007Discussion extends Migration {
  override up(): void {
    this.addSql('alter table stream_entry drop constraint if exists stream_entry_kind_check');
    this.addSql('alter table mail drop constraint if exists mail_template_check');
  }
}
