export { defineEntity, p, type EntityManager, type EntitySchema } from '@mikro-orm/postgresql';
export { Migration } from '@mikro-orm/migrations';
export * from './database.js';
export * from './failures.js';
export * from './migrate.js';
export * from './statement.js';
