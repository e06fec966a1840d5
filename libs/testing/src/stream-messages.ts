import { jetstreamManager } from '@nats-io/jetstream';
import type { World } from './world.js';

/** Every message that any stream of a world holds, with its subject, as text. */
export async function streamMessages(world: World): Promise<string[]> {
  const manager = await jetstreamManager((await world.bus('provisioner')).connection, { checkAPI: false });
  const texts: string[] = [];
  for await (const { config, state } of manager.streams.list()) {
    for (let seq = state.first_seq; seq <= state.last_seq && state.messages > 0; seq += 1) {
      const message = await manager.streams.getMessage(config.name, { seq });
      if (message) texts.push(`${message.subject} ${message.string()}`);
    }
  }
  return texts;
}
