import { createSign, generateKeyPairSync } from "node:crypto";

interface Certificate {
  /** PEM; signed by itself, so it is also what a client has to trust. */
  readonly certificate: string;
  readonly key: string;
}

/** A certificate for localhost, 127.0.0.1, ::1 and the DNS names given, valid from 2020 to 2049 so that no clock has to be asked. */
export function selfSigned(names: readonly string[] = []): Certificate {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
  const name = sequence(set(sequence(oid(2, 5, 4, 3), der(0x0c, Buffer.from("simulated provider")))));
  const signature = sequence(oid(1, 2, 840, 10045, 4, 3, 2)); // ecdsa-with-SHA256
  const body = sequence(
    der(0xa0, integer(2)),
    integer(1),
    signature,
    name,
    sequence(utcTime("200101000000Z"), utcTime("491231235959Z")),
    name,
    publicKey.export({ type: "spki", format: "der" }),
    der(0xa3, sequence(...extensions(["localhost", ...names]))),
  );
  const signed = createSign("sha256").update(body).sign(privateKey);
  const certificate = sequence(body, signature, der(0x03, Buffer.concat([Buffer.of(0), signed])));
  return {
    certificate: `-----BEGIN CERTIFICATE-----\n${certificate.toString("base64").replaceAll(/.{64}(?=.)/g, "$&\n")}\n-----END CERTIFICATE-----\n`,
    key: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
  };
}

function extensions(names: readonly string[]): Buffer[] {
  const critical = der(0x01, Buffer.of(0xff));
  const octets = (content: Buffer): Buffer => der(0x04, content);
  const loopback6 = Buffer.alloc(16);
  loopback6[15] = 1;
  return [
    sequence(oid(2, 5, 29, 19), critical, octets(sequence(critical))), // basicConstraints: a CA
    sequence(oid(2, 5, 29, 15), critical, octets(der(0x03, Buffer.of(2, 0x84)))), // keyUsage: digitalSignature, keyCertSign
    sequence(oid(2, 5, 29, 17), octets(sequence(...names.map((name) => der(0x82, Buffer.from(name))), der(0x87, Buffer.of(127, 0, 0, 1)), der(0x87, loopback6)))),
  ];
}

function der(tag: number, content: Buffer): Buffer {
  const { length } = content;
  const size = length < 0x80 ? Buffer.of(length) : length < 0x100 ? Buffer.of(0x81, length) : Buffer.of(0x82, length >> 8, length & 0xff);
  return Buffer.concat([Buffer.of(tag), size, content]);
}

function sequence(...parts: readonly Buffer[]): Buffer {
  return der(0x30, Buffer.concat(parts));
}

function set(part: Buffer): Buffer {
  return der(0x31, part);
}

function integer(value: number): Buffer {
  return der(0x02, Buffer.of(value));
}

function utcTime(text: string): Buffer {
  return der(0x17, Buffer.from(text));
}

function oid(first: number, second: number, ...more: readonly number[]): Buffer {
  const bytes = more.flatMap((value) => {
    const digits = [value & 0x7f];
    for (let rest = value >> 7; rest > 0; rest >>= 7) digits.unshift((rest & 0x7f) | 0x80);
    return digits;
  });
  return der(0x06, Buffer.from([first * 40 + second, ...bytes]));
}
