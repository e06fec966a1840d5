import { messagingTablesV1 } from '@definitivedx/bus';
import { Migration } from '@definitivedx/db';

/** The catalogue of files, and the objects that have to go. */
export class Files0001 extends Migration {
  override up(): void {
    this.addSql(messagingTablesV1);
    this.addSql(`
      create table file (
        id uuid primary key,
        case_id uuid not null,
        uploaded_by uuid not null,
        organisation_id uuid not null,
        state text not null check (state in ('PENDING', 'AVAILABLE', 'THREATS_FOUND', 'VALIDATION_FAILED')),
        name text not null,
        media_type text not null,
        -- Where the store has it: a new key for every attempt, so that a late writer never overwrites a better one.
        object_key uuid not null unique,
        -- The file's own key, wrapped. Without it the object is noise.
        kek_id text,
        wrapped_key bytea,
        attestation_version text not null,
        attestation_hash text not null,
        attested_at timestamptz not null,
        -- While its bytes are on the way; whoever carries them renews it.
        lease_until timestamptz,
        bytes bigint check (bytes > 0),
        -- Of the plaintext, keyed with the file's own key.
        fingerprint bytea check (length(fingerprint) = 32),
        uploaded_at timestamptz,
        destroyed_at timestamptz,
        check ((kek_id is null) = (wrapped_key is null)),
        check ((wrapped_key is null) = (destroyed_at is not null)),
        check (lease_until is null or state = 'PENDING'),
        check ((lease_until is null) = (bytes is not null and fingerprint is not null and uploaded_at is not null))
      )`);
    this.addSql(`create index file_case on file (case_id, uploaded_at, id)`);
    this.addSql(`create index file_lease on file (lease_until) where lease_until is not null`);
    this.addSql(`create index file_kek on file (kek_id, id) where kek_id is not null`);
    // An object is named here in the transaction that lets go of it, and until the store has removed it.
    this.addSql(`create table doomed_object (object_key uuid primary key, due_at timestamptz not null)`);
    this.addSql(`create index doomed_object_due on doomed_object (due_at)`);
  }
}
