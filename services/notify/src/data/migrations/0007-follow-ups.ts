import { Migration } from '@definitivedx/db';

/**
 * What people are told of follow-ups. The kinds there are stay: this adds one to whatever the constraints say, since
 * others add theirs at the same time.
 */
export class Migration0007FollowUps extends Migration {
  override up(): void {
    this.addSql(`
      do $$
      declare
        rule record;
      begin
        for rule in
          select conrelid::regclass as of_table, conname as name, pg_get_constraintdef(oid) as says
            from pg_constraint where conname in ('stream_entry_kind_check', 'mail_template_check')
        loop
          if position('ARRAY[' in rule.says) = 0 then
            raise exception '% is not a list', rule.name;
          end if;
          execute format('alter table %s drop constraint %I, add constraint %I %s', rule.of_table, rule.name, rule.name,
            replace(rule.says, 'ARRAY[', 'ARRAY[''follow-up-due''::text, '));
        end loop;
      end $$`);
  }
}
