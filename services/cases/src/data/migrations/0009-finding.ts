import { Migration } from '@definitivedx/db';

/** What cases are found by: whether they are open, when an answer is due, what they say; follows; saved filters. */
export class Cases0009 extends Migration {
  override up(): void {
    this.addSql(course);
    this.addSql(courseKept);
    this.addSql(own);
    this.addSql(texts);
    this.addSql(textsKept);
    this.addSql('insert into case_text (case_id, document) select id, case_document(id) from cases');
    // Words of new cases wait in a list that each search reads through, so it is kept short.
    this.addSql(
      'create index case_text_words on case_text using gin (document) with (gin_pending_list_limit = 256)',
    );
  }
}

// A list of open cases, or one by due time, is a range of an index of its own, however many cases have ended.
const course = `
  alter table audience add column open boolean not null default true, add column due_at timestamptz;
  update audience a set
    open = c.status in ('awaiting-advice', 'awaiting-information', 'advice-given'),
    due_at = case when k.running_since is not null then k.due_at end
  from cases c left join response_clock k on k.case_id = c.id
  where c.id = a.case_id;
  drop index audience_inbox;
  create index audience_inbox on audience (principal, last_activity_at desc, case_id desc) include (expires_at, kind);
  create index audience_open on audience (principal, last_activity_at desc, case_id desc) include (expires_at, kind)
    where open;
  create index audience_due on audience (principal, due_at, case_id) include (expires_at, kind)
    where due_at is not null;`;

// By triggers, so that whoever writes cases and clocks, the previous version among them, keeps the projection right.
const courseKept = `
  create function file_course() returns trigger language plpgsql as $$
  begin
    select c.status in ('awaiting-advice', 'awaiting-information', 'advice-given'),
        case when k.running_since is not null then k.due_at end
      into strict new.open, new.due_at
      from cases c left join response_clock k on k.case_id = c.id where c.id = new.case_id;
    return new;
  end $$;
  create trigger file_course before insert on audience for each row execute function file_course();

  create function file_status() returns trigger language plpgsql as $$
  begin
    update audience set open = new.status in ('awaiting-advice', 'awaiting-information', 'advice-given')
    where case_id = new.id
      and open <> (new.status in ('awaiting-advice', 'awaiting-information', 'advice-given'));
    return null;
  end $$;
  create trigger file_status after update of status on cases
    for each row when (old.status <> new.status) execute function file_status();

  create function file_due() returns trigger language plpgsql as $$
  declare
    due timestamptz := case when new.running_since is not null then new.due_at end;
  begin
    update audience set due_at = due where case_id = new.case_id and due_at is distinct from due;
    return null;
  end $$;
  create trigger file_due after insert or update on response_clock for each row execute function file_due();`;

const own = `
  create table follow (
    member_id uuid not null,
    case_id uuid not null references cases (id),
    followed_at timestamptz not null,
    primary key (member_id, case_id)
  );
  create table saved_filter (
    id uuid primary key,
    member_id uuid not null,
    name text not null,
    filter jsonb not null,
    version integer not null default 1 check (version >= 1),
    created_at timestamptz not null,
    changed_at timestamptz not null
  );
  create unique index saved_filter_name on saved_filter (member_id, lower(name));`;

// The words of a case and, beside them, the principals it is filed under, so that one scan of one index gives the
// cases that are a member's and say what they look for: what others' cases say costs it next to nothing. A principal
// is written with a space before it, which no word can contain.
const texts = `
  create table case_text (
    case_id uuid primary key references cases (id),
    document tsvector not null
  );

  create function filed_as(principal uuid) returns text language sql immutable parallel safe
    return ' ' || principal::text;

  -- A tsvector holds at most 1 MiB, and of a text made to exceed that a part has to do.
  create function with_words(document tsvector, words text) returns tsvector language plpgsql immutable as $$
  begin
    return document || to_tsvector('pg_catalog.english', words);
  exception when program_limit_exceeded then
    begin
      return document || strip(to_tsvector('pg_catalog.english', left(words, 20000)));
    exception when program_limit_exceeded then
      return document;
    end;
  end $$;

  create function case_document(wanted uuid) returns tsvector language plpgsql stable as $$
  declare
    document tsvector := array_to_tsvector(array(select distinct filed_as(principal) from audience where case_id = wanted));
    words text;
  begin
    for words in
      select concat_ws(E'\\n\\n', question, history, examination, medication) from cases where id = wanted
      union all
      (select p.body from post p where p.case_id = wanted and p.withdrawn_at is null order by p.number)
    loop
      document := with_words(document, words);
    end loop;
    return document;
  end $$;`;

const textsKept = `
  create function write_case_text() returns trigger language plpgsql as $$
  begin
    insert into case_text (case_id, document) values (new.id, case_document(new.id))
    on conflict (case_id) do update set document = excluded.document;
    return null;
  end $$;
  -- At the commit, when the case is filed under everybody.
  create constraint trigger write_case_text after insert on cases
    deferrable initially deferred for each row execute function write_case_text();
  create trigger rewrite_case_text after update on cases for each row
    when ((old.question, old.history, old.examination, old.medication)
      is distinct from (new.question, new.history, new.examination, new.medication)) execute function write_case_text();

  create function add_post_text() returns trigger language plpgsql as $$
  begin
    update case_text set document = with_words(document, new.body) where case_id = new.case_id;
    return null;
  end $$;
  create trigger add_post_text after insert on post for each row execute function add_post_text();

  create function rewrite_post_text() returns trigger language plpgsql as $$
  begin
    update case_text set document = case_document(new.case_id) where case_id = new.case_id;
    return null;
  end $$;
  create trigger rewrite_post_text after update on post for each row
    when (old.body <> new.body or old.withdrawn_at is distinct from new.withdrawn_at) execute function rewrite_post_text();

  create function file_text() returns trigger language plpgsql as $$
  begin
    update case_text t set document = t.document || array_to_tsvector(under.principals)
    from (select case_id, array_agg(distinct filed_as(principal)) as principals from added group by case_id) under
    where t.case_id = under.case_id;
    return null;
  end $$;
  create trigger file_text after insert on audience referencing new table as added
    for each statement execute function file_text();

  create function unfile_text() returns trigger language plpgsql as $$
  begin
    update case_text t set document = ts_delete(t.document, under.principals)
    from (
      select d.case_id, array_agg(distinct filed_as(d.principal)) as principals from dropped d
      where not exists (select from audience a where a.case_id = d.case_id and a.principal = d.principal)
      group by d.case_id
    ) under
    where t.case_id = under.case_id;
    return null;
  end $$;
  create trigger unfile_text after delete on audience referencing old table as dropped
    for each statement execute function unfile_text();`;
