import { NotAsExpected } from './failure.js';

/** What a step did, in a sentence, and the trace of it. */
export interface Told<T> {
  readonly says: string;
  readonly traceId: string | undefined;
  readonly value: T;
}

/** Runs a step and prints one line about it. */
export type Step = <T>(name: string, work: () => Promise<Told<T>>) => Promise<T>;

/** Says which step failed and why. */
export class StepFailed extends Error {
  override name = 'StepFailed';
}

/** Numbers the steps and prints each as it is done. */
export function createStepper(print: (line: string) => void): Step {
  let number = 0;
  return async (name, work) => {
    number += 1;
    const label = String(number).padStart(2);
    try {
      const { says, traceId, value } = await work();
      print(`✔ ${label}  ${says}\n       trace ${traceId ?? 'not known'}`);
      return value;
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      const trace = error instanceof NotAsExpected && error.traceId ? `\n       trace ${error.traceId}` : '';
      throw new StepFailed(`✘ ${label}  ${name}: this failed. ${why}${trace}`, { cause: error });
    }
  };
}
