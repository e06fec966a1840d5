// What a person sees while something is being set up: one line per step, with its time.

/** `0.4 s`, `31.2 s`, `2 min 05 s`. */
export function duration(milliseconds) {
  const seconds = milliseconds / 1000;
  if (seconds < 100) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, '0')} s`;
}

/** A failure whose message is written for the person at the terminal: shown as it is, without a stack. */
export class Refusal extends Error {
  name = 'Refusal';
}

/**
 * Shows steps on a stream. On a terminal the running step is shown and replaced by its result;
 * elsewhere only results are written, so that a log stays a list.
 */
export function createSteps(out = process.stdout) {
  const live = out.isTTY === true;
  let current;

  const clear = () => {
    if (live && current !== undefined) out.write('\r\x1b[2K');
  };
  const show = () => {
    if (live && current !== undefined) out.write(`… ${current}`);
  };

  return {
    /** Runs `work`, then shows `✔ name 1.2 s`, or `✘ name 1.2 s` and passes the failure on. */
    async step(name, work) {
      const start = performance.now();
      current = name;
      show();
      let mark = '✘';
      try {
        const result = await work();
        mark = '✔';
        return result;
      } finally {
        clear();
        current = undefined;
        out.write(`${mark} ${name} ${duration(performance.now() - start)}\n`);
      }
    },
    /** Shows a line, above a running step. */
    note(line) {
      clear();
      out.write(`${line}\n`);
      show();
    },
  };
}

/** Shows why a program stops: a Refusal's sentence alone, anything else with its stack. */
export function explain(error, out = process.stderr) {
  const text = error instanceof Refusal ? error.message : (error?.stack ?? String(error));
  out.write(`\n${text}\n`);
}
