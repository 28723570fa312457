/** A URL with {target}, {start}, {end} still in it. */

const PLACES = /(\{(?:target|start|end)\})/;

/** The template with these query parameters after its own; of those that it holds already, theirs is dropped. */
export function withQuery(template: string, query: Readonly<Record<string, string>>): string {
  const at = template.indexOf("?");
  const before = at === -1 ? template : template.slice(0, at);
  const names = Object.keys(query).map(encode);
  const own = at === -1 ? [] : template.slice(at + 1).split("&").filter((part) => part !== "" && !names.includes(part.split("=", 1)[0]!));
  const added = Object.entries(query).map(([name, value]) => `${encode(name)}=${encode(value)}`);
  return own.length + added.length === 0 ? template : `${before}?${[...own, ...added].join("&")}`;
}

/** host:port, also where the port is the scheme's own: the name under which slots are shared. */
export function hostOf(template: string): string {
  const url = new URL(template);
  return `${url.hostname}:${url.port === "" ? (url.protocol === "https:" ? "443" : "80") : url.port}`;
}

function encode(text: string): string {
  return text.split(PLACES).map((part) => (PLACES.test(part) ? part : encodeURIComponent(part))).join("");
}
