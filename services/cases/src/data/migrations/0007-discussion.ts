import { Migration } from '@definitivedx/db';

/** Who advised, what was read, edited, superseded, withdrawn and acknowledged. */
export class Cases0007 extends Migration {
  override up(): void {
    // All nullable: the previous version still writes posts without them.
    this.addSql(`
      alter table post
        -- Whether its author wrote on the asking side; null for posts from before it was kept.
        add column asking boolean,
        add column adviser_grade text,
        add column professional_number text,
        add column supervisor_number text,
        add column safety_net text,
        add column links jsonb,
        add column superseded_by uuid references post (id),
        add column opened_at timestamptz,
        add column edited_at timestamptz,
        add column withdrawn_at timestamptz,
        add column withdrawn_reason text,
        add constraint post_supersedes_one unique (superseded_by),
        add constraint post_of_advice check (kind = 'advice' or
          num_nonnulls(adviser_grade, professional_number, supervisor_number, safety_net, links, superseded_by, opened_at) = 0),
        add constraint post_adviser check ((adviser_grade is null) = (professional_number is null)),
        add constraint post_withdrawn check ((withdrawn_at is null) = (withdrawn_reason is null))`);
    // Unread posts are counted in the index alone.
    this.addSql(`
      create index post_unread on post (case_id, number) include (author_id) where withdrawn_at is null`);
    this.addSql(`
      create index post_advice_of on post (author_id, posted_at desc, id desc) where kind = 'advice'`);
    this.addSql(`
      create table attachment (
        -- A file belongs to one post at most.
        file_id uuid primary key,
        post_id uuid not null references post (id),
        case_id uuid not null references cases (id),
        place integer not null
      )`);
    this.addSql('create index attachment_of_case on attachment (case_id)');
    this.addSql(`
      create table mention (
        post_id uuid not null references post (id),
        member_id uuid not null,
        case_id uuid not null references cases (id),
        primary key (post_id, member_id)
      )`);
    this.addSql('create index mention_in_case on mention (case_id)');
    this.addSql('create index mention_of_member on mention (member_id)');
    this.addSql(`
      create table post_edit (
        post_id uuid not null references post (id),
        number integer not null check (number >= 1),
        body text not null,
        written_at timestamptz not null,
        replaced_at timestamptz not null,
        primary key (post_id, number)
      )`);
    this.addSql(`
      create table read_mark (
        case_id uuid not null references cases (id),
        member_id uuid not null,
        seen integer not null check (seen >= 0),
        -- Whether they stood on the asking side at one of their marks.
        asking boolean not null,
        at timestamptz not null,
        primary key (case_id, member_id)
      )`);
    this.addSql('create index read_mark_of_member on read_mark (member_id)');
    this.addSql(`
      create table acknowledgement (
        post_id uuid not null references post (id),
        case_id uuid not null references cases (id),
        member_id uuid not null,
        about text not null check (about in ('advice', 'withdrawal')),
        -- Set for who had read or copied what this replaced or withdrew; null for who acknowledges unasked.
        owed_at timestamptz,
        understood boolean not null default false,
        at timestamptz,
        primary key (post_id, member_id, about),
        check (owed_at is not null or at is not null),
        check (at is not null or not understood)
      )`);
    this.addSql('create index acknowledgement_in_case on acknowledgement (case_id)');
    this.addSql('create index acknowledgement_of_member on acknowledgement (member_id)');
  }
}
