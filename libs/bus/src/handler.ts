/** A handler as the strategy calls it: it has Nest's Observable unwrapped, so a failure is a rejection. */
export type Handler = (data: unknown, context: unknown) => Promise<unknown>;
