import { isIP } from "node:net";

export type Resource = { readonly target: string } | { readonly refusal: string };

/** The name under which a resource is known everywhere here (AS3333, or a prefix as asked), or why it is refused. */
export function readResource(text: string): Resource {
  const asNumber = /^(?:AS)?(\d{1,10})$/i.exec(text.trim())?.[1];
  if (asNumber !== undefined) return readAsNumber(Number(asNumber));
  const [address = "", length, ...more] = text.trim().split("/");
  const version = isIP(address);
  const longest = version === 4 ? 32 : 128;
  if (version !== 0 && more.length === 0 && (length === undefined || (/^\d{1,3}$/.test(length) && Number(length) <= longest))) {
    return { target: text.trim() };
  }
  // The wording follows the recorded 400 answers of other calls: "… is of unsupported type …".
  return { refusal: `${text} is of unsupported type unknown. It should be one of: ASN, IP prefix, IP address.` };
}

function readAsNumber(asNumber: number): Resource {
  if (asNumber > 4_294_967_295) return { refusal: `AS${asNumber} is of unsupported type unknown. It should be one of: ASN, IP prefix, IP address.` };
  if (isPrivate(asNumber)) return { refusal: `AS${asNumber} is of unsupported type private ASN. It should be one of: ASN, IP prefix, IP address.` };
  return { target: `AS${asNumber}` };
}

/** RFC 6996. The provider lists them and refuses to answer for them. */
export function isPrivate(asNumber: number): boolean {
  return (asNumber >= 64_512 && asNumber <= 65_534) || (asNumber >= 4_200_000_000 && asNumber <= 4_294_967_294);
}
