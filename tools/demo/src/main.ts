// `npm run demo`, beside `npm start`: plays the main story through the public API, signed in as the demo people.
import { Refusal, duration, explain } from '../../bootstrap/steps.mjs';
import { whyUnreachable } from './session.js';
import { createStepper, StepFailed } from './step.js';
import { playStory, type Setting } from './story.js';

/** For how long a gateway that is being restarted is waited for, in milliseconds. */
const patienceMs = 8_000;

/** Where the system is: as `npm start` wrote it down, or as it is by default. */
function settingOf(env: NodeJS.ProcessEnv): Setting {
  return {
    publicUrl: (env['PUBLIC_URL'] || 'http://localhost:8080').replace(/\/+$/, ''),
    mailboxUrl: env['MAILBOX_URL'] || 'http://localhost:8082',
    trustIssuer: env['TRUST_ISSUER'] || 'http://localhost:8083',
  };
}

async function assertRunning({ publicUrl }: Setting, known: boolean): Promise<void> {
  // A system that wrote its address down was running, and may just be restarting.
  const deadline = Date.now() + (known ? patienceMs : 0);
  for (;;) {
    try {
      const response = await fetch(`${publicUrl}/healthz`, { signal: AbortSignal.timeout(5_000) });
      await response.body?.cancel();
      if (response.ok) return;
      throw new Error(`it answered with status ${String(response.status)}`);
    } catch (error) {
      if (Date.now() < deadline) {
        await new Promise((resolve) => setTimeout(resolve, 250));
        continue;
      }
      throw new Refusal(
        `DefinitiveDx is not running at ${publicUrl} (${whyUnreachable(error)}). ` +
          'Start it in another terminal with "npm start", wait for its address, and run "npm run demo" again.',
      );
    }
  }
}

const started = performance.now();
try {
  const setting = settingOf(process.env);
  await assertRunning(setting, Boolean(process.env['PUBLIC_URL']));
  const print = (line: string): void => {
    console.log(line);
  };
  await playStory(createStepper(print), setting);
  console.log(
    `\nAll as it should be, in ${duration(performance.now() - started)}. To see a step across all services: npm run traces -- <trace id>`,
  );
  // Nothing is left to wait for but idle connections.
  process.exit(0);
} catch (error) {
  if (error instanceof StepFailed) console.error(error.message);
  else explain(error);
  process.exit(1);
}
