import { Migration } from '@definitivedx/db';

/**
 * When panels answer and whose bank holidays they keep. What exists gets the defaults of the contracts as they were
 * when this was written, and so does what the previous version registers while both run.
 */
export class Migration0002 extends Migration {
  override up(): void {
    this.addSql(`
      alter table organisation
        add column calendar text not null default 'england-and-wales'
          check (calendar in ('england-and-wales', 'scotland', 'northern-ireland'))`);
    this.addSql(`
      alter table panel
        add column terms jsonb not null default '{
          "timeZone": "Europe/London",
          "hours": [
            {"weekday": 1, "start": "09:00", "end": "17:00"},
            {"weekday": 2, "start": "09:00", "end": "17:00"},
            {"weekday": 3, "start": "09:00", "end": "17:00"},
            {"weekday": 4, "start": "09:00", "end": "17:00"},
            {"weekday": 5, "start": "09:00", "end": "17:00"}
          ],
          "routineWorkingDays": 2,
          "urgentPanelHours": 4
        }'`);
  }
}
