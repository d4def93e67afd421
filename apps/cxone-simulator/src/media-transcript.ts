import { hash32, pick } from './hash.ts';
import { streams } from './streams.ts';

const sentences = [
  'How can I help you today?',
  'My order has not arrived yet.',
  'Could you tell me the number on the invoice?',
  'I will look into that for you.',
  'Das ist schön, vielen Dank für Ihre Hilfe!',
  'お待ちください。',
  'Is there anything else?',
  'No, that was all. Thank you 🙂',
] as const;

/** The transcript of a conversation, as JSON in UTF-8. */
export function transcript(seed: number, index: number, ordinal: number): Buffer {
  const h = hash32(seed, streams.text, index, ordinal);
  const messages = Array.from({ length: 4 + (h % 40) }, (_, n) => ({
    at: n * 7,
    from: n % 2 === 0 ? 'agent' : 'customer',
    text: pick(sentences, hash32(seed, streams.text, h, n)),
  }));
  return Buffer.from(JSON.stringify({ conversation: h.toString(16), messages }), 'utf8');
}

/** The size of {@link transcript}, in bytes. */
export function transcriptBytes(seed: number, index: number, ordinal: number): number {
  return transcript(seed, index, ordinal).length;
}
