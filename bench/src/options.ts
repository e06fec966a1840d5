/** How long and with how many at once everything is measured. */
export interface Options {
  readonly rounds: number;
  readonly seconds: number;
  readonly clients: number;
}
