import { metrics, type Attributes, type Counter } from '@opentelemetry/api';
import { allowedAttributes } from './attributes.js';

/**
 * A monotonic counter, such as `ddx.bus.redelivered`. Labels pass the same allow-list as span attributes.
 * Costs next to nothing while no meter provider is registered.
 */
export function counter(name: string): { add(by?: number, labels?: Attributes): void } {
  // Made at first use: an instrument made before the provider is registered would stay silent for ever.
  let instrument: Counter | undefined;
  return {
    add: (by = 1, labels = {}) => {
      instrument ??= metrics.getMeter('definitivedx').createCounter(name);
      instrument.add(by, allowedAttributes(labels));
    },
  };
}
