import { generateKeyPairSync, sign } from 'node:crypto';

/** A new certificate for 127.0.0.1 with its key, PEM both. Nothing in Node makes one (RFC 5280 says how). */
export function selfSigned(): { readonly certificate: string; readonly key: string } {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const algorithm = sequence(hex('06082a8648ce3d040302')); // ecdsa-with-SHA256
  const name = sequence(der(0x31, sequence(hex('0603550403'), der(0x0c, Buffer.from('loopback')))));
  const validity = sequence(time('250101000000Z'), time('491231235959Z'));
  const address = der(0x04, sequence(der(0x87, Buffer.from([127, 0, 0, 1]))));
  const extensions = der(0xa3, sequence(sequence(hex('0603551d11'), address))); // subjectAltName
  const key = publicKey.export({ type: 'spki', format: 'der' });
  const content = sequence(
    hex('a003020102'),
    hex('020101'),
    algorithm,
    name,
    validity,
    name,
    key,
    extensions,
  );
  const signature = der(0x03, Buffer.of(0), sign('sha256', content, privateKey));
  const certificate = sequence(content, algorithm, signature).toString('base64');
  return {
    certificate: `-----BEGIN CERTIFICATE-----\n${certificate}\n-----END CERTIFICATE-----\n`,
    key: String(privateKey.export({ type: 'pkcs8', format: 'pem' })),
  };
}

function der(tag: number, ...parts: readonly Buffer[]): Buffer {
  const value = Buffer.concat(parts);
  const length = value.length < 128 ? [value.length] : [0x82, value.length >> 8, value.length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...length]), value]);
}

const sequence = (...parts: readonly Buffer[]) => der(0x30, ...parts);

const time = (text: string) => der(0x17, Buffer.from(text));

const hex = (text: string) => Buffer.from(text, 'hex');
