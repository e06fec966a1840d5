import { existsSync } from 'node:fs';

const setup = new URL('../../libs/testing/dist/global-setup.js', import.meta.url);
let stop;

/**
 * Jest's globalSetup for tests on the real stack: calls the default export of libs/testing/src/global-setup.ts, which
 * may return a function that stops what it started. It runs from the build, not the source: Jest loads a setup file
 * with Node's own loader, which knows neither `.js` specifiers of TypeScript files nor the source condition.
 */
export default async function up(globalConfig, projectConfig) {
  if (!existsSync(setup)) {
    throw new Error('libs/testing is not built. Run the tests with `npm test`, which builds first.');
  }
  const { default: start } = await import(setup.href);
  stop = await start(globalConfig, projectConfig);
  // Jest does not tear down when it is interrupted, and a PostgreSQL left behind outlives the terminal.
  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ]) {
    process.once(signal, () => void down().finally(() => process.exit(code)));
  }
}

/** Stops what `up` started; Jest calls it through jest-stack-down.mjs, in the same process. */
export async function down() {
  await stop?.();
  stop = undefined;
}
