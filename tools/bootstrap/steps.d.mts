export interface Steps {
  step<T>(name: string, work: () => Promise<T> | T): Promise<T>;
  note(line: string): void;
}
export class Refusal extends Error {}
export function duration(milliseconds: number): string;
export function createSteps(out?: NodeJS.WriteStream): Steps;
export function explain(error: unknown, out?: NodeJS.WritableStream): void;
