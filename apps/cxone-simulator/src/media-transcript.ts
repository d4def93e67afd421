import { hash32, pick } from './hash.ts';
import { streams } from './streams.ts';

export const sentences = [
  'How can I help you today?',
  'My order has not arrived yet.',
  'Could you tell me the number on the invoice?',
  'I will look into that for you.',
  'Das ist schön, vielen Dank für Ihre Hilfe!',
  'お待ちください。',
  'Is there anything else?',
  'No, that was all. Thank you 🙂',
] as const;

/** The size of a transcript in bytes: known without writing it, since details and the truth name it for each. */
export function transcriptBytes(seed: number, index: number, ordinal: number): number {
  return 512 + (hash32(seed, streams.text, index, ordinal) % 8192);
}

/** The transcript of a conversation: JSON in UTF-8, filled up with spaces to {@link transcriptBytes}. */
export function transcript(seed: number, index: number, ordinal: number): Buffer {
  const whole = Buffer.alloc(transcriptBytes(seed, index, ordinal), ' ');
  const h = hash32(seed, streams.text, index, ordinal);
  let at = whole.write(`{"conversation":"${h.toString(16)}","messages":[`);
  for (let n = 0; ; n += 1) {
    const text = pick(sentences, hash32(seed, streams.text, h, n));
    const message = JSON.stringify({ at: n * 7, from: n % 2 === 0 ? 'agent' : 'customer', text });
    const line = `${n === 0 ? '' : ',\n'}${message}`;
    if (at + Buffer.byteLength(line) + 2 > whole.length) break;
    at += whole.write(line, at);
  }
  whole.write(']}', at);
  return whole;
}
