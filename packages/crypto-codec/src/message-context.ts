/** Which of an object's two messages a key is derived for. */
export type MessageName = 'data' | 'index';

/** The context of a message: it binds the message's key to every bit of the header (archive-format.md). */
export function messageContext(message: MessageName, header: Uint8Array): Uint8Array {
  return Buffer.concat([Buffer.from(`cxvault/v1/${message}`, 'latin1'), header]);
}
