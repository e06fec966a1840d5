import { connectTool, toolConfigFromEnv } from './tool.js';
import { provision } from './provisioning.js';

/** `provision [--wait]`: brings NATS to what the contracts say; with --wait until every new stream is filled again. */
const wait = process.argv.includes('--wait');
const bus = await connectTool('provisioner', toolConfigFromEnv());
try {
  const deadline = Date.now() + 60_000;
  for (;;) {
    const result = await provision(bus, Number(process.env['STREAM_REPLICAS'] ?? '1'));
    if (result.created.length > 0) console.log(`Streams made: ${result.created.join(', ')}.`);
    for (const [name, rows] of Object.entries(result.republished))
      console.log(`${name}: ${String(rows)} events republished.`);
    if (result.pending.length === 0) break;
    if (!wait || Date.now() > deadline) {
      console.log(
        `${result.pending.join(', ')}: new; will be filled when provisioning runs beside their services.`,
      );
      break;
    }
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
} finally {
  await bus.close();
}
