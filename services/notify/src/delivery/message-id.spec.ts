import { describe, expect, it } from '@jest/globals';
import { messageIdOf } from './message-id.js';

const mail = (id: string) => ({ id, messageId: `<${id}@definitivedx>` });

describe('the Message-ID of a bundle', () => {
  it('is that of exactly what it holds', () => {
    const [one, two, three] = [mail('1'), mail('2'), mail('3')];
    expect(messageIdOf([one])).toBe('<1@definitivedx>');
    expect(messageIdOf([one, two])).toBe(messageIdOf([two, one]));
    expect(messageIdOf([one, two])).not.toBe(messageIdOf([one, two, three]));
  });
});
