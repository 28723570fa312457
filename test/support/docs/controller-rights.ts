import { codes, readPage, section, tableRows } from "./page.ts";

/** What docs/kubernetes-reference.md says that the controller may do, as "verb resource.group [name]": where it watches, and with its Lease. */
export function rightsTold(release: string): { readonly watched: readonly string[]; readonly lease: readonly string[] } {
  const [watched, lease] = section(readPage("docs/kubernetes-reference.md"), "The controller").split("In the release's namespace only:");
  return { watched: tableRows(watched!).flatMap(rightsOf), lease: tableRows(lease!).flatMap((row) => rightsOf(row).map((right) => (row[1]!.includes("named") ? `${right} ${release}` : right))) };
}

/** What `kubectl auth can-i --list` prints, in the same words, without what everybody may: ask for one's own rights, the server's version and its health. */
export function rightsListed(output: string): string[] {
  const lines = output.trim().split("\n").slice(1).map((line) => /^(\S*)\s+\[(.*?)\]\s+\[(.*?)\]\s+\[(.*?)\]$/.exec(line)!.slice(1) as [string, string, string, string]);
  return lines.filter(([resource]) => resource !== "" && !resource.includes("selfsubject")).flatMap(([resource, , name, verbs]) => verbs.split(" ").map((verb) => `${verb} ${resource}${name === "" ? "" : ` ${name}`}`));
}

function rightsOf([group, resources, verbs]: readonly string[]): string[] {
  const [resource] = codes(resources!);
  return codes(resources!).length === 0 ? [] : codes(verbs!).map((verb) => `${verb} ${group === "core" ? resource! : resource!.replace(/^(\w+)/, `$1.${codes(group!)[0]!}`)}`);
}
