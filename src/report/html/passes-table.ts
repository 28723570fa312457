import { grouped } from "../../model/figures.ts";
import type { Pass } from "../report-data.ts";
import { memoryLimit, moment } from "./amounts.ts";
import { html, type Html } from "./html.ts";

/** Pass by pass what was left: a table whose bars are on a log scale, since a few of very many are what matters. */
export function passesTable(passes: readonly Pass[]): Html | null {
  if (passes.length === 0) return null;
  const most = Math.max(...passes.map(({ asked }) => asked));
  return html`<div class="card"><h3>Pass by pass, what was left</h3>
<p>What one pass leaves undone the next takes up. The bars are on a log scale.</p>
<div class="scroll"><table><thead><tr><th class="n">Pass</th><th class="n">To ask</th><th class="n">Left</th><th class="bar"></th><th class="n">Batches</th><th>Memory</th><th class="n">Out of memory</th><th>Began</th></tr></thead>
<tbody>${passes.map((pass) => row(pass, most))}</tbody></table></div></div>
`;
}

function row({ pass, asked, left, batches, outOfMemory, smallestLimit, largestLimit, began }: Pass, most: number): Html {
  const memory = smallestLimit === largestLimit ? memoryLimit(largestLimit) : `${memoryLimit(smallestLimit)} to ${memoryLimit(largestLimit)}`;
  return html`<tr><td class="n">${pass}</td><td class="n">${grouped(asked)}</td><td class="n">${left === null ? "not known" : grouped(left)}</td>
<td class="bar"><div class="asked" style="width:${width(asked, most)}"><div class="left" style="width:${left === null ? "0" : width(left, asked)}"></div></div></td>
<td class="n">${grouped(batches)}</td><td>${memory}</td><td class="n">${grouped(outOfMemory)}</td><td class="t">${began === null ? "not yet" : moment(began)}</td></tr>
`;
}

/** On a log scale that has a place for 0. */
function width(part: number, whole: number): string {
  const share = whole === 0 ? 0 : Math.log(1 + part) / Math.log(1 + whole);
  return `${(share * 100).toFixed(1)}%`;
}
