import { Migration } from '@definitivedx/db';

/** Cases that a flag keeps among people invited by name, and organisations whose cases may be taught with. */
export class Migration0013 extends Migration {
  override up(): void {
    this.addSql(`
      alter table case_ref
        add column flagged boolean not null default false,
        -- Of the case, when that was said: what comes late and is older changes nothing.
        add column flagged_version integer not null default 0,
        add constraint case_ref_flagged check (invite_only or not flagged)`);
    this.addSql('alter table organisation add column teaching boolean not null default false');
  }
}
