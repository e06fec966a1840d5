import { Migration } from '@definitivedx/db';

/** What people are told of posts. The kinds there are stay, as others add theirs at the same time. */
export class Migration0007Discussion extends Migration {
  override up(): void {
    this.addSql(
      adding('stream_entry_kind_check', 'mentioned', 'post-edited', 'post-withdrawn', 'advice-withdrawn'),
    );
    this.addSql(adding('mail_template_check', 'mentioned', 'advice-withdrawn'));
  }
}

/** Adds to the list that a constraint is. */
const adding = (constraint: string, ...kinds: readonly string[]): string => `
  do $$
  declare
    rule record;
  begin
    select conrelid::regclass as of_table, pg_get_constraintdef(oid) as says
      into strict rule from pg_constraint where conname = '${constraint}';
    if position('ARRAY[' in rule.says) = 0 then
      raise exception '${constraint} is not a list';
    end if;
    execute format('alter table %s drop constraint ${constraint}, add constraint ${constraint} %s', rule.of_table,
      replace(rule.says, 'ARRAY[', 'ARRAY[${kinds.map((kind) => `''${kind}''::text, `).join('')}'));
  end $$`;
