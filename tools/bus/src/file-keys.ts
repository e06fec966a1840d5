import { rotateFileKeys, type ReplyOf } from '@definitivedx/contracts';
import { AppError } from '@definitivedx/errors';
import { connectTool, toolConfigFromEnv } from './tool.js';

const usage = `Usage: npm run files:keys            counts the files under each key of the keyring
       npm run files:keys -- rotate  wraps all files' keys anew, under the current key`;

const [command = 'count'] = process.argv.slice(2);
const bus = await connectTool('operator', toolConfigFromEnv());
try {
  if (command === 'count') show(await rotate(0));
  else if (command === 'rotate') await rotateAll();
  else {
    console.error(usage);
    process.exitCode = 2;
  }
} catch (error) {
  console.error(error instanceof AppError ? error.message : error);
  process.exitCode = 1;
} finally {
  await bus.close();
}

type Counts = ReplyOf<typeof rotateFileKeys>;

async function rotate(batch: number): Promise<Counts> {
  return bus.request(rotateFileKeys, await bus.self(), { batch });
}

/** In small steps, each a transaction of its own: interrupted, it goes on where it was. */
async function rotateAll(): Promise<void> {
  let total = 0;
  let counts = await rotate(200);
  for (; counts.rewrapped > 0; counts = await rotate(200)) {
    total += counts.rewrapped;
    console.log(`${String(total)} done`);
  }
  show(counts);
  if (counts.keys.every(({ current, files }) => current || files === 0)) return;
  console.error(
    "Some files are still under another key. Uploads that began before the change end within minutes: run this again then. The log of `files` names each file whose key was refused ('key-not-rewrapped').",
  );
  process.exitCode = 1;
}

function show({ keys }: Counts): void {
  for (const { keyId, current, files } of keys)
    console.log(`${keyId}  ${String(files)} files${current ? '  (current)' : ''}`);
}
