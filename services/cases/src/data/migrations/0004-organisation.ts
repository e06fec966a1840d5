import { Migration } from '@definitivedx/db';

/** An export goes through the cases of an organisation in the order of their ids. */
export class Cases0004 extends Migration {
  override up(): void {
    this.addSql('create index cases_of_organisation on cases (organisation_id, id)');
  }
}
