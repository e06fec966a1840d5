import { PermissionViolationError, type NatsConnection } from '@nats-io/transport-node';

export interface Subscription {
  readonly subject: string;
  readonly queue?: string;
}

/** Publishes an empty message to each subject. @returns those the server refused, sorted. */
export async function refusedPublishes(
  connection: NatsConnection,
  subjects: readonly string[],
): Promise<string[]> {
  const refused = new Set<string>();
  const errors = watchErrors(connection, (error) => {
    if (error.operation === 'publish') refused.add(error.subject);
  });
  try {
    for (const subject of subjects) connection.publish(subject, '');
    // The server handles a connection's protocol in order: after its pong all refusals are here.
    await connection.flush();
    await connection.flush();
  } finally {
    errors.stop();
  }
  return [...refused].toSorted();
}

/** Subscribes to each. @returns those the server refused, as `subject` or `subject queue`, sorted. */
export async function refusedSubscriptions(
  connection: NatsConnection,
  subscriptions: readonly Subscription[],
): Promise<string[]> {
  const refused: string[] = [];
  for (const { subject, queue } of subscriptions) {
    const name = queue === undefined ? subject : `${subject} ${queue}`;
    const subscription = connection.subscribe(subject, {
      ...(queue === undefined ? {} : { queue }),
      callback: (error) => {
        if (error instanceof PermissionViolationError) refused.push(name);
      },
    });
    await connection.flush();
    if (!subscription.isClosed()) subscription.unsubscribe();
  }
  await connection.flush();
  return refused.toSorted();
}

function watchErrors(
  connection: NatsConnection,
  onViolation: (error: PermissionViolationError) => void,
): { stop: () => void } {
  let watching = true;
  void (async () => {
    for await (const status of connection.status()) {
      if (!watching) return;
      if (status.type === 'error' && status.error instanceof PermissionViolationError)
        onViolation(status.error);
    }
  })();
  return {
    stop: () => {
      watching = false;
    },
  };
}
